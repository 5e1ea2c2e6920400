import { useState } from "preact/hooks";
import type { Correction } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { useAction } from "../store/use-action.ts";
import { ReasonField } from "./correction-dialog.tsx";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface Props {
  readonly correction: Correction;
  readonly onClose: () => void;
  readonly onDecided: () => void;
}

/** Turning a correction down needs a reason, which stands beside it. */
export function RejectDialog({ correction, onClose, onDecided }: Props) {
  const [reason, setReason] = useState("");
  const reject = useAction(async () => {
    await sendCommand("POST", `/corrections/${correction.id}/reject`, { reason });
    onDecided();
    onClose();
  });
  return (
    <Dialog title={t("correction.reject-title")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void reject.run();
        }}
      >
        <div class="dialog-body">
          <p>{correction.reason}</p>
          <ReasonField reason={reason} onType={setReason} />
          <ProblemNote problem={reject.problem} />
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("back")}
          </button>
          <button type="submit" class="button danger" disabled={reject.busy || reason.trim() === ""}>
            {t("correction.reject")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
