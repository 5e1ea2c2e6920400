import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Page } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { usePages } from "../api/use-pages.ts";
import type { Delivery } from "../api/webhooks.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { MoreButton } from "./more-button.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface Props {
  readonly webhookId: string;
  readonly isActive: boolean;
}

/** What was sent to a webhook, read when somebody opens it. */
export function Deliveries({ webhookId, isActive }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("deliveries")}</summary>
      {isOpen ? <Log webhookId={webhookId} isActive={isActive} /> : null}
    </details>
  );
}

function Log({ webhookId, isActive }: Props) {
  const path = `/webhooks/${webhookId}/deliveries`;
  const log = usePages<Delivery>(`deliveries ${webhookId}`, (cursor, signal) =>
    get<Page<Delivery>>(path, { cursor }, signal),
  );
  const failed = log.items.filter(({ state }) => state === "failed");
  return (
    <>
      <ProblemNote problem={log.problem} onRetry={log.reload} />
      {isActive && failed.length > 0 ? (
        <ResendFailed path={path} failed={failed} onSent={log.reload} />
      ) : null}
      {log.empty ? <p class="faint">{t("deliveries.none")}</p> : null}
      {log.items.length === 0 ? null : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("deliveries.number")}</th>
              <th scope="col">{t("deliveries.type")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col">
                <span class="only-read">{t("actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {log.items.map((delivery) => (
              <Row
                key={delivery.id}
                delivery={delivery}
                path={path}
                isActive={isActive}
                onSent={log.reload}
              />
            ))}
          </tbody>
        </table>
      )}
      {log.hasMore ? <MoreButton loading={log.loading} onMore={log.more} /> : null}
    </>
  );
}

interface ResendProps {
  readonly path: string;
  readonly failed: readonly Delivery[];
  readonly onSent: () => void;
}

/** What failed among the deliveries that are shown, and between them, in line again in one go. */
function ResendFailed({ path, failed, onSent }: ResendProps) {
  const resend = useAction(async () => {
    const times = failed.map(({ createdAt }) => createdAt).sort();
    await sendCommand("POST", `${path}/resend`, { from: times.at(0), to: times.at(-1) })
      .then(() => toasts.done(t("deliveries.range-resent")))
      .catch(toasts.problem);
    onSent();
  });
  return (
    <button type="button" class="button small" disabled={resend.busy} onClick={() => void resend.run()}>
      {t("deliveries.resend-failed", { n: failed.length })}
    </button>
  );
}

interface RowProps {
  readonly delivery: Delivery;
  readonly path: string;
  readonly isActive: boolean;
  readonly onSent: () => void;
}

function Row({ delivery, path, isActive, onSent }: RowProps) {
  const { id, number, type, state, attempts, nextAttemptAt, failure, createdAt } = delivery;
  const resend = useAction(async () => {
    await sendCommand("POST", `${path}/${id}/resend`)
      .then(() => toasts.done(t("deliveries.resent", { number })))
      .catch(toasts.problem);
    onSent();
  });
  return (
    <tr>
      <td class="number">{number}</td>
      <td>
        <code>{type}</code> <span class="faint small">{date.moment(createdAt)}</span>
      </td>
      <td>
        <span class={`state ${state === "failed" ? "held" : ""}`}>{t(`deliveries.${state}`)}</span>{" "}
        <span class="faint small">
          {t("deliveries.attempts", { n: attempts })}
          {nextAttemptAt === null ? "" : `, ${t("deliveries.next", { at: date.moment(nextAttemptAt) })}`}
          {failure === null ? "" : ` · ${failure}`}
        </span>
      </td>
      <td class="number">
        <button
          type="button"
          class="button small"
          aria-label={t("deliveries.resend-named", { number })}
          disabled={!isActive || resend.busy || state === "pending"}
          onClick={() => void resend.run()}
        >
          {t("deliveries.resend")}
        </button>
      </td>
    </tr>
  );
}
