import { t } from "../messages/t.ts";
import { type ToastAction, toasts } from "../store/toasts.ts";
import { Icon } from "./icon.tsx";

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.shown.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`}>
          <Icon name={toast.kind === "done" ? "check" : "warning"} />
          <span>{toast.text}</span>
          {toast.action === undefined ? null : <ActionButton id={toast.id} action={toast.action} />}
          <button
            type="button"
            class="button quiet square"
            aria-label={t("dismiss")}
            onClick={() => toasts.dismiss(toast.id)}
          >
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

function ActionButton({ id, action }: { id: number; action: ToastAction }) {
  return (
    <button
      type="button"
      class="button small"
      onClick={() => {
        toasts.dismiss(id);
        action.run();
      }}
    >
      {action.label}
    </button>
  );
}
