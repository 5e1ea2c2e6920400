import type { Payout } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";

/** Has the provider asked now about a payout that waits for its turn; it is never paid twice. */
export function AskPayoutButton({ payout, onAsked }: { payout: Payout; onAsked: () => void }) {
  const ask = useAction(async () => {
    await sendCommand("POST", `/payouts/${payout.id}/retry`)
      .then(() => toasts.done(t("payout.asked", { name: payout.name })))
      .catch(toasts.problem);
    onAsked();
  });
  if (payout.state !== "submitted" || !may.seeCompany(session.me)) return null;
  return (
    <button
      type="button"
      class="button small"
      disabled={ask.busy}
      aria-label={t("payout.ask-named", { name: payout.name })}
      onClick={() => void ask.run()}
    >
      {t("payout.ask")}
    </button>
  );
}
