import { get } from "../api/get.ts";
import type { ShufflePreview } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";
import { jobs } from "../store/jobs.ts";
import { Amount } from "./amount.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
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
      <Touched preview={preview.data} isLoading={preview.loading} />
      <p>{t("shuffle.explained")}</p>
    </ConfirmDialog>
  );
}

/** As high before it is known as after: the button below must not move from under a finger. */
function Touched({ preview, isLoading }: { preview: ShufflePreview | undefined; isLoading: boolean }) {
  const unknown = isLoading ? "…" : "–";
  return (
    <dl class="stats" aria-busy={isLoading}>
      <Stat label={t("shuffle.tasks")}>{preview ? number(preview.openTasks) : unknown}</Stat>
      <Stat label={t("shuffle.people")}>{preview ? number(preview.people) : unknown}</Stat>
      <Stat label={t("shuffle.fees")} note={t("shuffle.fees-note")}>
        {preview ? <Amount minor={preview.feesMinor} /> : unknown}
      </Stat>
    </dl>
  );
}
