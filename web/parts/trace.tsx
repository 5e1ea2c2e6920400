import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";

/** The trace that made a thing: its beginning, and the whole of it on the clipboard at a click. */
export function Trace({ id }: { id: string | null }) {
  if (id === null || id === "") return null;
  return (
    <button
      type="button"
      class="trace"
      title={`${t("trace")} ${id}`}
      aria-label={`${t("trace.copy")} ${id.slice(0, 8)}`}
      onClick={() =>
        navigator.clipboard?.writeText(id).then(() => toasts.done(t("trace.copied")), toasts.problem)
      }
    >
      {id.slice(0, 8)}
    </button>
  );
}
