import { get } from "../api/get.ts";
import type { ShufflePreview } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";
import { jobs } from "../store/jobs.ts";
import { Amount } from "./amount.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Loading } from "./loading.tsx";
import { Stat } from "./stat.tsx";

/** What a shuffle will touch, before it is pressed. */
export function ShuffleDialog({ onClose }: { onClose: () => void }) {
  const preview = useResource("shuffle preview", (signal) =>
    get<ShufflePreview>("/tasks/shuffle-preview", {}, signal),
  );
  async function shuffle(): Promise<void> {
    const { jobId } = await sendCommand<{ jobId: string }>("POST", "/tasks/shuffle");
    jobs.watch(jobId);
  }
  return (
    <ConfirmDialog
      title={t("shuffle.title")}
      action={t("shuffle.press")}
      onClose={onClose}
      onConfirm={shuffle}
    >
      {preview.data === undefined ? (
        preview.loading && <Loading lines={2} />
      ) : (
        <Touched preview={preview.data} />
      )}
      <p>{t("shuffle.explained")}</p>
    </ConfirmDialog>
  );
}

function Touched({ preview }: { preview: ShufflePreview }) {
  return (
    <dl class="stats">
      <Stat label={t("shuffle.tasks")}>{number(preview.openTasks)}</Stat>
      <Stat label={t("shuffle.people")}>{number(preview.people)}</Stat>
      <Stat label={t("shuffle.fees")} note={t("shuffle.fees-note")}>
        <Amount minor={preview.feesMinor} />
      </Stat>
    </dl>
  );
}
