import { useState } from "preact/hooks";
import { sendCommand } from "../api/send-command.ts";
import type { Webhook, WebhookWithSecret } from "../api/webhooks.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  readonly webhook: Webhook;
  readonly onEdit: () => void;
  readonly onChanged: (webhook: Webhook | WebhookWithSecret) => void;
}

const STATE_CLASS = { active: "done", paused: "receipt-pending", disabled: "held" } as const;

type Asking = "rotate" | "delete" | undefined;

/** One webhook: where to, of what, how it goes; paused, given a new secret, deleted; and its deliveries. */
export function WebhookCard({ webhook, onEdit, onChanged }: Props) {
  const [asking, setAsking] = useState<Asking>(undefined);
  const { id, url, types, description, state, failingSince, failure } = webhook;
  return (
    <li class="letter">
      <div class="letter-head">
        <span class={`state ${STATE_CLASS[state]}`}>{t(`webhooks.${state}`)}</span>
        <strong>{url}</strong>
        <span class="spring" />
        <Buttons webhook={webhook} onEdit={onEdit} onChanged={onChanged} onAsk={setAsking} />
      </div>
      <p class="faint small">
        {description === "" ? "" : `${description} · `}
        {t("webhooks.types-count", { n: types.length })}: {types.join(", ")}
      </p>
      {failingSince === null ? null : (
        <div class="note bad">
          <Icon name="warning" size={18} />
          <div class="letter-reason">
            <p>{t("webhooks.failing", { since: date.moment(failingSince), failure: failure ?? "" })}</p>
            {state === "disabled" ? <p>{t("webhooks.disabled-explained")}</p> : null}
          </div>
        </div>
      )}
      <Deliveries webhookId={id} isActive={state === "active"} />
      <Question
        asking={asking}
        webhook={webhook}
        onChanged={onChanged}
        onClose={() => setAsking(undefined)}
      />
    </li>
  );
}

function Buttons({ webhook, onEdit, onChanged, onAsk }: Props & { onAsk: (asking: Asking) => void }) {
  const { id, url, state } = webhook;
  const toggle = useAction(async () => {
    const body = { active: state !== "active" };
    await sendCommand<Webhook>("PATCH", `/webhooks/${id}`, body).then(onChanged).catch(toasts.problem);
  });
  return (
    <span class="row">
      <button
        type="button"
        class="button small"
        aria-label={t("webhooks.edit-named", { url })}
        onClick={onEdit}
      >
        {t("edit")}
      </button>
      <button
        type="button"
        class={`button small ${state === "disabled" ? "primary" : ""}`}
        disabled={toggle.busy}
        onClick={() => void toggle.run()}
      >
        {t(state === "active" ? "webhooks.pause" : "webhooks.resume")}
      </button>
      <button type="button" class="button small" onClick={() => onAsk("rotate")}>
        {t("webhooks.rotate")}
      </button>
      <button type="button" class="button small quiet danger-text" onClick={() => onAsk("delete")}>
        {t("webhooks.delete")}
      </button>
    </span>
  );
}

interface QuestionProps extends Omit<Props, "onEdit"> {
  readonly asking: Asking;
  readonly onClose: () => void;
}

function Question({ asking, webhook, onChanged, onClose }: QuestionProps) {
  const { id, url } = webhook;
  if (asking === undefined) return null;
  if (asking === "rotate") {
    const rotate = async () =>
      onChanged(await sendCommand<WebhookWithSecret>("POST", `/webhooks/${id}/rotate-secret`));
    return (
      <ConfirmDialog
        title={t("webhooks.rotate-title")}
        action={t("webhooks.rotate")}
        onClose={onClose}
        onConfirm={rotate}
      >
        <p>{t("webhooks.rotate-explained")}</p>
      </ConfirmDialog>
    );
  }
  const end = async () => {
    await sendCommand("DELETE", `/webhooks/${id}`);
    toasts.done(t("webhooks.deleted"));
    onChanged(webhook);
  };
  return (
    <ConfirmDialog
      title={t("webhooks.delete-title")}
      action={t("webhooks.delete")}
      danger
      onClose={onClose}
      onConfirm={end}
    >
      <p>{t("webhooks.delete-explained", { url })}</p>
    </ConfirmDialog>
  );
}
