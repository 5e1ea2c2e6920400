import { get } from "../api/get.ts";
import type { Income, Today } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { DateRange } from "../parts/date-range.tsx";
import { DownloadButton } from "../parts/download-button.tsx";
import { IncomeChart } from "../parts/income-chart.tsx";
import { IncomeTable } from "../parts/income-table.tsx";
import { Loading } from "../parts/loading.tsx";
import { NegativeList } from "../parts/negative-list.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Stat } from "../parts/stat.tsx";
import { TopTasks } from "../parts/top-tasks.tsx";
import { useFeed } from "../store/use-feed.ts";
import { useRange } from "../store/use-range.ts";

/** For admins: how the company does today, and did in a range of days. */
export function AnalyticsPage() {
  const { from, to } = useRange();
  return (
    <div class="page">
      <PageHead title={t("analytics")}>
        <DateRange from={from} to={to} />
      </PageHead>
      <TodayFigures />
      <IncomeByDay from={from} to={to} />
      <TopTasks from={from} to={to} />
      <NegativeList />
    </div>
  );
}

function TodayFigures() {
  const today = useResource("today", (signal) => get<Today>("/analytics/today", {}, signal));
  useFeed("account", () => true, today.reload);
  useFeed("day", () => true, today.reload);
  const { data } = today;
  return (
    <section aria-label={t("today")}>
      <ProblemNote problem={today.problem} onRetry={today.reload} />
      {data === undefined && today.loading ? <Loading lines={2} shape="stats" /> : null}
      {data === undefined ? null : (
        <dl class="stats">
          <Stat label={t("income.today")} note={date.business(data.businessDate)}>
            <Amount minor={data.incomeMinor} tone />
          </Stat>
          <Stat label={t("fees")}>
            <Amount minor={data.feesMinor} />
          </Stat>
          <Stat label={t("rewards")}>
            <Amount minor={data.rewardsMinor} />
          </Stat>
          <Stat label={t("negative")} note={t("negative.now")}>
            {data.negativeCount}
          </Stat>
        </dl>
      )}
    </section>
  );
}

function IncomeByDay({ from, to }: { from: string; to: string }) {
  const income = useResource(`income ${from} ${to}`, (signal) =>
    get<{ items: Income[] }>("/analytics/income", { from, to }, signal),
  );
  useFeed("account", () => true, income.reload);
  const { data } = income;
  return (
    <section aria-labelledby="income">
      <div class="section-head">
        <h2 id="income">{t("income.by-day")}</h2>
        <DownloadButton label={t("download.csv")} path="/analytics/income.csv" query={{ from, to }} />
      </div>
      <ProblemNote problem={income.problem} onRetry={income.reload} />
      {data === undefined && income.loading ? <Loading lines={5} shape="chart" /> : null}
      {data === undefined ? null : (
        <>
          <IncomeChart items={data.items} />
          <details class="twin">
            <summary>{t("chart.as-table")}</summary>
            <IncomeTable items={data.items} />
          </details>
        </>
      )}
    </section>
  );
}
