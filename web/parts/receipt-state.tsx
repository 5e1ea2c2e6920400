import type { Payout } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly payout: Payout;
  readonly onResent: () => void;
}

/** Where a payout's mail went and how it fares; those who may can have it sent once more. */
export function ReceiptState({ payout, onResent }: Props) {
  const { receipt, name } = payout;
  const resend = useAction(async () => {
    await sendCommand("POST", `/payouts/${payout.id}/receipt/resend`)
      .then(() => toasts.done(t("receipt.resend-asked", { name })))
      .catch(toasts.problem);
    onResent();
  });
  if (receipt === null) return <span class="faint">—</span>;
  return (
    <span class="receipt">
      <span class={`state receipt-${receipt.state}`} title={date.moment(receipt.updatedAt)}>
        {t(`receipt.${receipt.state}`)}
      </span>
      {receipt.recipient === null ? null : <span class="faint small wide-only">{receipt.recipient}</span>}
      {receipt.failure === null ? null : <span class="faint small">{receipt.failure}</span>}
      {receipt.canResend && may.seeCompany(session.me) ? (
        <button
          type="button"
          class="button small"
          disabled={resend.busy}
          aria-label={t("receipt.resend-named", { name })}
          onClick={() => void resend.run()}
        >
          <Icon name="mail" size={14} />
          <span class="wide-only">{t("receipt.resend")}</span>
        </button>
      ) : null}
    </span>
  );
}
