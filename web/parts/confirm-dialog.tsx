import type { ComponentChildren } from "preact";
import { t } from "../messages/t.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface Props {
  readonly title: string;
  readonly action: string;
  readonly danger?: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => Promise<void>;
  readonly children: ComponentChildren;
}

/** Says what is about to happen; the button that does it names it. Stays open with the reason when it is refused. */
export function ConfirmDialog({ title, action, danger, onClose, onConfirm, children }: Props) {
  const confirm = useAction(async () => {
    await onConfirm();
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body">
        {children}
        <ProblemNote problem={confirm.problem} />
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("back")}
        </button>
        <button
          type="button"
          class={`button ${danger ? "danger" : "primary"}`}
          disabled={confirm.busy}
          onClick={() => confirm.run()}
        >
          {action}
        </button>
      </footer>
    </Dialog>
  );
}
