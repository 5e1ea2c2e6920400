import { useState } from "preact/hooks";
import { sendCommand } from "../api/send-command.ts";
import type { Webhook, WebhookWithSecret } from "../api/webhooks.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Deliveries } from "./deliveries.tsx";

interface Props {
  readonly webhook: Webhook;
  readonly onEdit: () => void;
  readonly onChanged: (webhook: Webhook | WebhookWithSecret) => void;
}

/** One webhook: where to, of what, how it goes; paused, given a new secret, deleted; and its deliveries. */
export function WebhookCard({ webhook, onEdit, onChanged }: Props) {
  const [asking, setAsking] = useState<"rotate" | "delete" | undefined>(undefined);
  const { id, url, types, description, state, failingSince, failure } = webhook;
  const path = `/webhooks/${id}`;
  const toggle = useAction(async () => {
    const body = { active: state !== "active" };
    await sendCommand<Webhook>("PATCH", path, body).then(onChanged).catch(toasts.problem);
  });
  return (
    <li class="letter">
      <div class="letter-head">
        <span class={`state ${state === "active" ? "" : "held"}`}>{t(`webhooks.${state}`)}</span>
        <strong>{url}</strong>
        <span class="spring" />
        <span class="row">
          <button
            type="button"
            class="button small"
            aria-label={t("webhooks.edit-named", { url })}
            onClick={onEdit}
          >
            {t("edit")}
          </button>
          <button type="button" class="button small" disabled={toggle.busy} onClick={() => void toggle.run()}>
            {t(state === "active" ? "webhooks.pause" : "webhooks.resume")}
          </button>
          <button type="button" class="button small" onClick={() => setAsking("rotate")}>
            {t("webhooks.rotate")}
          </button>
          <button type="button" class="button small quiet danger-text" onClick={() => setAsking("delete")}>
            {t("webhooks.delete")}
          </button>
        </span>
      </div>
      <p class="faint small">
        {description === "" ? "" : `${description} · `}
        {t("webhooks.types-count", { n: types.length })}: {types.join(", ")}
      </p>
      {failingSince === null ? null : (
        <p class="letter-reason">
          {t("webhooks.failing", { since: date.moment(failingSince), failure: failure ?? "" })}
        </p>
      )}
      <Deliveries webhookId={id} isActive={state === "active"} />
      {asking === "rotate" ? (
        <ConfirmDialog
          title={t("webhooks.rotate-title")}
          action={t("webhooks.rotate")}
          onClose={() => setAsking(undefined)}
          onConfirm={async () =>
            onChanged(await sendCommand<WebhookWithSecret>("POST", `${path}/rotate-secret`))
          }
        >
          <p>{t("webhooks.rotate-explained")}</p>
        </ConfirmDialog>
      ) : null}
      {asking === "delete" ? (
        <ConfirmDialog
          title={t("webhooks.delete-title")}
          action={t("webhooks.delete")}
          danger
          onClose={() => setAsking(undefined)}
          onConfirm={async () => {
            await sendCommand("DELETE", path);
            toasts.done(t("webhooks.deleted"));
            onChanged(webhook);
          }}
        >
          <p>{t("webhooks.delete-explained", { url })}</p>
        </ConfirmDialog>
      ) : null}
    </li>
  );
}
