import { get } from "../api/get.ts";
import type { Earnings } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { DateRange } from "../parts/date-range.tsx";
import { IncomeChart } from "../parts/income-chart.tsx";
import { IncomeTable } from "../parts/income-table.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Stat } from "../parts/stat.tsx";
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
            <Stat label={t("income.total")}>
              <Amount minor={data.total.incomeMinor} tone />
            </Stat>
            <Stat label={t("fees")}>
              <Amount minor={data.total.feesMinor} />
            </Stat>
            <Stat label={t("rewards")}>
              <Amount minor={data.total.rewardsMinor} />
            </Stat>
          </dl>
          <IncomeChart items={data.items} />
          <IncomeTable items={data.items} total={data.total} />
        </>
      )}
    </div>
  );
}
