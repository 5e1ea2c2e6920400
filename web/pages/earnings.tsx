import { get } from "../api/get.ts";
import type { BusinessDate, Earnings, Income } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { DateRange } from "../parts/date-range.tsx";
import { IncomeChart } from "../parts/income-chart.tsx";
import { IncomeTable } from "../parts/income-table.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Stat } from "../parts/stat.tsx";
import { company } from "../store/company.ts";
import { useFeed } from "../store/use-feed.ts";
import { useRange } from "../store/use-range.ts";

/** What the company earned, by business date. */
export function EarningsPage() {
  const { from, to } = useRange();
  const earnings = useResource(`earnings ${from} ${to}`, (signal) =>
    get<Earnings>("/earnings", { from, to }, signal),
  );
  useFeed("account", () => true, earnings.reload);
  const { data } = earnings;
  const { businessDate } = company.value;
  const isTodayIn = from <= businessDate && businessDate <= to;
  const today = isTodayIn ? (data?.items.find(isOf(businessDate)) ?? nothingOn(businessDate)) : undefined;
  return (
    <div class="page">
      <PageHead title={t("earnings")} note={t("earnings.note")}>
        <DateRange from={from} to={to} />
      </PageHead>
      <ProblemNote problem={earnings.problem} onRetry={earnings.reload} />
      {data === undefined && earnings.loading ? <Loading lines={8} /> : null}
      {data === undefined ? null : (
        <>
          <dl class="stats">
            {today === undefined ? null : (
              <Stat label={t("income.today")} note={date.business(today.businessDate)}>
                <Amount minor={today.incomeMinor} tone />
              </Stat>
            )}
            <Stat label={t("income.total")} note={date.period(from, to)}>
              <Amount minor={data.total.incomeMinor} tone />
            </Stat>
            <Stat label={t("fees")}>
              <Amount minor={data.total.feesMinor} />
            </Stat>
            <Stat label={t("rewards")}>
              <Amount minor={data.total.rewardsMinor} />
            </Stat>
          </dl>
          <div class="section-head">
            <h2>{t("income.by-day")}</h2>
          </div>
          <IncomeChart items={data.items} />
          <IncomeTable items={data.items} total={data.total} />
        </>
      )}
    </div>
  );
}

function isOf(businessDate: BusinessDate) {
  return (income: Income): boolean => income.businessDate === businessDate;
}

/** A date without a fee or a reward stands in no report. */
function nothingOn(businessDate: BusinessDate): Income {
  return { businessDate, feesMinor: 0, rewardsMinor: 0, incomeMinor: 0 };
}
