import { useState } from "preact/hooks";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { jobs } from "../store/jobs.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Icon } from "./icon.tsx";

/** The only way to reassign. Every press is a shuffle of its own, also while another runs. */
export function ShuffleButton() {
  const [asking, setAsking] = useState(false);
  async function shuffle(): Promise<void> {
    const { jobId } = await sendCommand<{ jobId: string }>("POST", "/tasks/shuffle");
    jobs.watch(jobId);
  }
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        <Icon name="shuffle" />
        {t("shuffle")}
      </button>
      {asking ? (
        <ConfirmDialog
          title={t("shuffle.title")}
          action={t("shuffle.press")}
          onClose={() => setAsking(false)}
          onConfirm={shuffle}
        >
          <p>{t("shuffle.explained")}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
