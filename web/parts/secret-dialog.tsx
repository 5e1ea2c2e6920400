import { t } from "../messages/t.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";

/** A secret that no later answer has. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title={t("webhooks.secret")} onClose={onClose}>
      <div class="dialog-body">
        <Field label={t("webhooks.secret")} hint={t("webhooks.secret-once")}>
          {(control) => (
            <input
              {...control}
              class="input"
              type="text"
              readonly
              value={secret}
              onFocus={(event) => event.currentTarget.select()}
            />
          )}
        </Field>
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button primary" onClick={onClose}>
          {t("back")}
        </button>
      </footer>
    </Dialog>
  );
}
