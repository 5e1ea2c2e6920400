import type { Mail } from "../api/mails.ts";
import { sendCommand } from "../api/send-command.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Icon } from "./icon.tsx";
import { Link } from "./link.tsx";

interface Props {
  readonly mails: readonly Mail[];
  readonly onAsked: () => void;
}

/** Mails: to whom, of what kind, how each stands, and why one did not arrive. */
export function MailsTable({ mails, onAsked }: Props) {
  return (
    <table class="table folding">
      <thead>
        <tr>
          <th scope="col">{t("person")}</th>
          <th scope="col">{t("mails.mail")}</th>
          <th scope="col">{t("state")}</th>
          <th scope="col">
            <span class="only-read">{t("actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {mails.map((mail) => (
          <MailRow key={mail.id} mail={mail} onAsked={onAsked} />
        ))}
      </tbody>
    </table>
  );
}

function MailRow({ mail, onAsked }: { mail: Mail; onAsked: () => void }) {
  const { userId, name, kind, recipient, subject, state, attempts, failure, updatedAt } = mail;
  return (
    <tr>
      <td>
        <Link href={`/accounts/${userId}`}>{name === "" ? userId : name}</Link>
        <div class="faint small">{recipient ?? t("mails.nobody")}</div>
      </td>
      <td>
        {subject}
        <div class="faint small">
          {t(`mails.kind.${kind}`)} · <time dateTime={updatedAt}>{date.moment(updatedAt)}</time>
        </div>
      </td>
      <td>
        <span class={`state receipt-${state}`}>{t(`mails.${state}`)}</span>
        {attempts > 1 ? <span class="faint small"> {t("mails.attempts", { n: attempts })}</span> : null}
        {failure === null ? null : <div class="faint small">{failure}</div>}
      </td>
      <td class="number">
        <ResendButton mail={mail} onAsked={onAsked} />
      </td>
    </tr>
  );
}

function ResendButton({ mail, onAsked }: { mail: Mail; onAsked: () => void }) {
  const { id, name, subject, canResend } = mail;
  const resend = useAction(async () => {
    await sendCommand("POST", `/mails/${id}/resend`)
      .then(() => toasts.done(t("mails.resend-asked", { name })))
      .catch(toasts.problem);
    onAsked();
  });
  if (!canResend) return null;
  return (
    <button
      type="button"
      class="button small"
      disabled={resend.busy}
      aria-label={t("mails.resend-named", { name, subject })}
      onClick={() => void resend.run()}
    >
      <Icon name="mail" size={14} />
      <span class="wide-only">{t("mails.resend")}</span>
    </button>
  );
}
