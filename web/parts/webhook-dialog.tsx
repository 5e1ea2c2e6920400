import { useState } from "preact/hooks";
import { WEBHOOK_TYPES } from "../../schemas/webhook-types.ts";
import { sendCommand } from "../api/send-command.ts";
import type { Webhook, WebhookWithSecret } from "../api/webhooks.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { fieldProblem } from "./field-problem.ts";
import { ProblemNote } from "./problem-note.tsx";

interface Props {
  readonly webhook: Webhook | undefined;
  readonly onClose: () => void;
  readonly onSaved: (webhook: Webhook | WebhookWithSecret) => void;
}

/** A new webhook, or another address or choice of facts. */
export function WebhookDialog({ webhook, onClose, onSaved }: Props) {
  const [url, setUrl] = useState(webhook?.url ?? "https://");
  const [types, setTypes] = useState<readonly string[]>(webhook?.types ?? []);
  const save = useAction(async () => {
    const body = { url, types };
    const saved =
      webhook === undefined
        ? await sendCommand<WebhookWithSecret>("POST", "/webhooks", body)
        : await sendCommand<Webhook>("PATCH", `/webhooks/${webhook.id}`, body);
    toasts.done(t("webhooks.saved"));
    onClose();
    onSaved(saved);
  });
  const problem = fieldProblem(save.problem, "url");
  return (
    <Dialog title={webhook === undefined ? t("webhooks.add") : webhook.url} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <div class="dialog-body">
          <Field label={t("webhooks.url")} problem={problem} hint={t("webhooks.url-hint")}>
            {(control) => (
              <input
                {...control}
                class="input"
                type="url"
                required
                autocomplete="off"
                value={url}
                onInput={(event) => setUrl(event.currentTarget.value)}
              />
            )}
          </Field>
          <TypesField types={types} onChange={setTypes} />
          {problem === undefined ? <ProblemNote problem={save.problem} /> : null}
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={save.busy || types.length === 0}>
            {t("save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface TypesProps {
  readonly types: readonly string[];
  readonly onChange: (types: readonly string[]) => void;
}

function TypesField({ types, onChange }: TypesProps) {
  return (
    <fieldset class="field">
      <legend>{t("webhooks.types")}</legend>
      {WEBHOOK_TYPES.map((type) => (
        <label key={type} class="wish">
          <input
            type="checkbox"
            checked={types.includes(type)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(checked ? [...types, type] : types.filter((each) => each !== type))
            }
          />
          {type}
        </label>
      ))}
    </fieldset>
  );
}
