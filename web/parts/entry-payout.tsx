import { get } from "../api/get.ts";
import type { BusinessDate, Page, Payout } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { useFeed } from "../store/use-feed.ts";
import { Link } from "./link.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { ReceiptState } from "./receipt-state.tsx";

/** As many as the server gives at once. Whoever sees everybody's payouts finds the others on the day's page. */
const PAYOUTS_MAX = 200;

interface Props {
  readonly userId: string;
  readonly businessDate: BusinessDate;
}

/** Where the money of a payout entry is, and the receipt that told of it. */
export function EntryPayout({ userId, businessDate }: Props) {
  const payouts = useResource(`payouts ${businessDate}`, (signal) =>
    get<Page<Payout>>("/payouts", { date: businessDate, limit: PAYOUTS_MAX }, signal),
  );
  useFeed("payout", (event) => event.userId === userId, payouts.reload);
  useFeed("mail", (event) => event.userId === userId, payouts.reload);
  const payout = payouts.data?.items.find((item) => item.userId === userId);
  return (
    <section class="makeup" aria-labelledby="payout">
      <h3 id="payout">{t("entry.payout")}</h3>
      <ProblemNote problem={payouts.problem} onRetry={payouts.reload} />
      {payouts.data === undefined && payouts.loading ? <Loading lines={2} /> : null}
      {payout === undefined ? null : (
        <dl class="facts">
          <dt>{t("state")}</dt>
          <dd>
            <span class={`state payout-${payout.state}`}>{t(`payout.${payout.state}`)}</span>
          </dd>
          <dt>{t("receipt")}</dt>
          <dd>
            <ReceiptState payout={payout} onResent={payouts.reload} />
          </dd>
        </dl>
      )}
      {may.seeCompany(session.me) ? (
        <p>
          <Link href={`/days/${businessDate}`}>{t("payout.day")}</Link>
        </p>
      ) : null}
    </section>
  );
}
