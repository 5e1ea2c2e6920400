import { useState } from "preact/hooks";
import type { DeadLetter } from "../api/operations.ts";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface Props {
  readonly letter: DeadLetter;
  readonly onClose: () => void;
  readonly onDropped: () => void;
}

/** Giving a message up needs a reason, which the audit log keeps with it. */
export function DropLetterDialog({ letter, onClose, onDropped }: Props) {
  const [reason, setReason] = useState("");
  const drop = useAction(async () => {
    await sendCommand("POST", `/ops/dead-letters/${letter.id}/drop`, { reason });
    toasts.done(t("letters.drop-asked", { type: letter.type }));
    onDropped();
    onClose();
  });
  return (
    <Dialog title={t("letters.drop-title", { type: letter.type })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void drop.run();
        }}
      >
        <div class="dialog-body">
          <p>{t("letters.drop-explained")}</p>
          <Field label={t("letters.reason")}>
            {(control) => (
              <input
                {...control}
                class="input"
                type="text"
                required
                autofocus
                maxLength={500}
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            )}
          </Field>
          <ProblemNote problem={drop.problem} />
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("back")}
          </button>
          <button type="submit" class="button danger" disabled={drop.busy || reason.trim() === ""}>
            {t("letters.drop")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
