import { useEffect } from "preact/hooks";
import { get } from "../api/get.ts";
import type { BusinessDate, Page, Payout } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { useFeed } from "../store/use-feed.ts";
import { Amount } from "./amount.tsx";
import { AskPayoutButton } from "./ask-payout-button.tsx";
import { Link } from "./link.tsx";
import { Loading } from "./loading.tsx";
import { MoreButton } from "./more-button.tsx";
import { PayoutSteps } from "./payout-steps.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { ReceiptState } from "./receipt-state.tsx";

/** Beside the feed, which may be away. */
const ASK_WHILE_ON_THE_WAY_MS = 2_000;

interface Props {
  readonly businessDate: BusinessDate;
  readonly closing: boolean;
  /** How many the day's totals count: the accounts are emptied before the payments are written. */
  readonly expected: number;
}

/** Who is paid for a day, and how far each payment is. */
export function PayoutsTable({ businessDate, closing, expected }: Props) {
  const payouts = usePages<Payout>(`payouts ${businessDate}`, (cursor, signal) =>
    get<Page<Payout>>("/payouts", { date: businessDate, limit: 200, cursor }, signal),
  );
  useFeed("day", (event) => event.businessDate === businessDate, payouts.reload);
  useFeed("payout", (event) => event.businessDate === businessDate, payouts.reload);
  useFeed("mail", () => true, payouts.reload);
  const onTheWay = payouts.items.some(isOnTheWay);
  const missing = !payouts.hasMore && payouts.items.length < expected;
  const unsettled = onTheWay || missing;
  useEffect(() => {
    if (!unsettled) return;
    const timer = setInterval(payouts.reload, ASK_WHILE_ON_THE_WAY_MS);
    return () => clearInterval(timer);
  }, [unsettled, payouts.reload]);
  return (
    <section aria-labelledby="payouts">
      <div class="section-head">
        <h2 id="payouts">{t("payouts")}</h2>
      </div>
      <ProblemNote problem={payouts.problem} onRetry={payouts.reload} />
      {payouts.items.length === 0 && payouts.loading ? <Loading /> : null}
      {payouts.empty ? (
        <p class="faint">{t(closing || missing ? "payouts.none-yet" : "payouts.none")}</p>
      ) : null}
      {payouts.items.length === 0 ? null : (
        <table class="table payouts">
          <thead>
            <tr>
              <th scope="col">{t("person")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col">{t("receipt")}</th>
              <th scope="col" class="wide-only">
                {t("updated")}
              </th>
              <th scope="col" class="number">
                {t("amount")}
              </th>
            </tr>
          </thead>
          <tbody>
            {payouts.items.map((payout) => (
              <PayoutRow key={payout.id} payout={payout} onChanged={payouts.reload} />
            ))}
          </tbody>
        </table>
      )}
      {payouts.hasMore ? <MoreButton loading={payouts.loading} onMore={payouts.more} /> : null}
    </section>
  );
}

/** The payment, or the mail that tells of it. */
function isOnTheWay({ state, receipt }: Payout): boolean {
  return state === "requested" || state === "submitted" || receipt?.state === "pending";
}

function PayoutRow({ payout, onChanged }: { payout: Payout; onChanged: () => void }) {
  return (
    <tr>
      <td>
        <Link href={`/accounts/${payout.userId}`}>{payout.name}</Link>
      </td>
      <td>
        <span class={`state payout-${payout.state}`}>{t(`payout.${payout.state}`)}</span>
        {payout.failure === null ? null : <span class="small faint"> {payout.failure}</span>}
        {payout.attempts > 1 ? (
          <span class="small faint"> {t("payout.attempts", { n: payout.attempts })}</span>
        ) : null}
        <AskPayoutButton payout={payout} onAsked={onChanged} />
        <PayoutSteps payoutId={payout.id} />
      </td>
      <td>
        <ReceiptState payout={payout} onResent={onChanged} />
      </td>
      <td class="wide-only faint">{date.moment(payout.updatedAt)}</td>
      <td class="number">
        <Amount minor={payout.amountMinor} />
      </td>
    </tr>
  );
}
