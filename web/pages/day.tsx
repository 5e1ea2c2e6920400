import { useEffect } from "preact/hooks";
import { get } from "../api/get.ts";
import type { BusinessDate, Day } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { BankFiles } from "../parts/bank-files.tsx";
import { CloseDayButton } from "../parts/close-day-button.tsx";
import { DayState } from "../parts/day-state.tsx";
import { HeldAccounts } from "../parts/held-accounts.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { PayoutsTable } from "../parts/payouts-table.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Progress } from "../parts/progress.tsx";
import { Stat } from "../parts/stat.tsx";
import { useFeed } from "../store/use-feed.ts";

/** While a day is being closed its progress is asked for; the feed tells only of its states. */
const ASK_WHILE_CLOSING_MS = 1_000;

/** One business date: its state, its totals, its payouts, what was held and why. */
export function DayPage({ businessDate }: { businessDate: BusinessDate }) {
  const read = useResource(`day ${businessDate}`, (signal) => get<Day>(`/days/${businessDate}`, {}, signal));
  const day = read.data;
  useFeed("day", (event) => event.businessDate === businessDate, read.reload);
  useFeed("account", () => day?.state !== "closed", read.reload);
  useEffect(() => {
    if (day?.state !== "closing") return;
    const timer = setInterval(read.reload, ASK_WHILE_CLOSING_MS);
    return () => clearInterval(timer);
  }, [day?.state, read.reload]);
  return (
    <div class="page">
      <nav aria-label={t("breadcrumb")} class="crumb">
        <Link href="/days">{t("days")}</Link>
      </nav>
      <PageHead title={date.business(businessDate)}>
        {day?.state === "open" ? (
          <CloseDayButton businessDate={businessDate} onStarted={read.reload} />
        ) : null}
      </PageHead>
      <ProblemNote problem={read.problem} onRetry={read.reload} />
      {day === undefined && read.loading ? <Loading /> : null}
      {day === undefined ? null : <DayFacts day={day} />}
      {day === undefined || day.state === "open" ? null : (
        <PayoutsTable
          businessDate={businessDate}
          closing={day.state === "closing"}
          expected={day.totals?.payouts ?? 0}
        />
      )}
      {day?.state === "closed" ? <BankFiles businessDate={businessDate} /> : null}
    </div>
  );
}

function DayFacts({ day }: { day: Day }) {
  return (
    <>
      <div class="row">
        <DayState state={day.state} />
        {day.closedAt ? (
          <span class="faint small">{t("day.closed-at", { at: date.moment(day.closedAt) })}</span>
        ) : null}
      </div>
      {day.state === "closing" ? (
        <Progress
          label={t("day.closing")}
          done={day.progress?.done ?? 0}
          total={day.progress?.total ?? null}
        />
      ) : null}
      {day.totals ? <Totals totals={day.totals} /> : null}
      <HeldAccounts accounts={day.heldAccounts ?? []} />
      {day.sealHash ? (
        <p class="faint small seal">
          {t("day.seal")} <code>{day.sealHash}</code>
        </p>
      ) : null}
    </>
  );
}

function Totals({ totals }: { totals: NonNullable<Day["totals"]> }) {
  return (
    <dl class="stats">
      <Stat label={t("income")} note={t("income.note")}>
        <Amount minor={totals.incomeMinor} tone />
      </Stat>
      <Stat label={t("fees")}>
        <Amount minor={totals.feesMinor} />
      </Stat>
      <Stat label={t("rewards")}>
        <Amount minor={totals.rewardsMinor} />
      </Stat>
      <Stat label={t("paid-out")} note={t("payouts.count", { n: totals.payouts })}>
        <Amount minor={totals.payoutsMinor} />
      </Stat>
    </dl>
  );
}
