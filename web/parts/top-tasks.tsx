import { get } from "../api/get.ts";
import type { TopTasks as Answer, TopTaskBy, TopTaskPeriod } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { useFeed } from "../store/use-feed.ts";
import { Amount } from "./amount.tsx";
import { DownloadButton } from "./download-button.tsx";
import { Icon } from "./icon.tsx";
import { Link } from "./link.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Segmented } from "./segmented.tsx";

const PERIODS: readonly TopTaskBy[] = ["day", "week", "month", "range"];

/** The most expensive completed task of each period of the range. */
export function TopTasks({ from, to }: { from: string; to: string }) {
  const asked = router.query.value.get("by");
  const by = PERIODS.find((period) => period === asked) ?? "week";
  const top = useResource(`top ${by} ${from} ${to}`, (signal) =>
    get<Answer>("/analytics/top-task", { from, to, by }, signal),
  );
  useFeed("task", (event) => event.task === undefined || event.task.status === "done", top.reload);
  const newestFirst = [...(top.data?.items ?? [])].sort((a, b) => b.from.localeCompare(a.from));
  return (
    <section aria-labelledby="top-task">
      <div class="section-head">
        <h2 id="top-task">
          <span class="section-mark">
            <Icon name="trophy" size={18} />
          </span>
          {t("top-task")}
        </h2>
        <div class="row">
          <Segmented
            label={t("top-task.by")}
            value={by}
            options={PERIODS.map((value) => ({ value, label: t(`top-task.by.${value}`) }))}
            onChange={(value) => router.setQuery({ by: value })}
          />
          <DownloadButton label={t("download.csv")} path="/analytics/top-task.csv" query={{ from, to, by }} />
        </div>
      </div>
      <ProblemNote problem={top.problem} onRetry={top.reload} />
      {top.data === undefined && top.loading ? <Loading lines={3} /> : null}
      {newestFirst.length === 0 ? null : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("period")}</th>
              <th scope="col">{t("task")}</th>
              <th scope="col" class="number">
                {t("reward")}
              </th>
            </tr>
          </thead>
          <tbody>
            {newestFirst.map((period) => (
              <PeriodRow key={period.from} period={period} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function PeriodRow({ period }: { period: TopTaskPeriod }) {
  const { task } = period;
  return (
    <tr>
      <td class="period">{date.period(period.from, period.to)}</td>
      {task === null ? (
        <td class="faint" colSpan={2}>
          {t("top-task.none")}
        </td>
      ) : (
        <>
          <td>
            {task.jiraId === null ? null : <span class="jira">{task.jiraId}</span>}{" "}
            <Link href={`/?task=${task.id}`}>{task.title}</Link>
            <span class="faint small">
              {` · ${task.assignee.name}`}
              {(period.ties ?? 1) > 1 ? ` · ${t("top-task.ties", { n: (period.ties ?? 1) - 1 })}` : ""}
            </span>
          </td>
          <td class="number">
            <Amount minor={period.rewardMinor ?? 0} />
          </td>
        </>
      )}
    </tr>
  );
}
