import { get } from "../api/get.ts";
import type { Day, Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { DayState } from "../parts/day-state.tsx";
import { Empty } from "../parts/empty.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { company } from "../store/company.ts";
import { useFeed } from "../store/use-feed.ts";

type Row = Day & { readonly id: string };

/** The company's days, newest first. */
export function DaysPage() {
  const days = usePages<Row>("days", async (cursor, signal) => {
    const page = await get<Page<Day>>("/days", { cursor }, signal);
    return { ...page, items: page.items.map((day) => ({ ...day, id: day.businessDate })) };
  });
  useFeed("day", () => true, days.reload);
  const { cutOff, timeZone } = company.value;
  return (
    <div class="page">
      <PageHead title={t("days")} note={t("days.note", { cutOff, timeZone })} />
      <ProblemNote problem={days.problem} onRetry={days.reload} />
      {days.empty ? <Empty title={t("days.none")} /> : null}
      {days.items.length === 0 && days.loading ? <Loading lines={6} /> : null}
      {days.items.length === 0 ? null : <DaysTable days={days.items} />}
      {days.hasMore ? <MoreButton loading={days.loading} onMore={days.more} /> : null}
    </div>
  );
}

function DaysTable({ days }: { days: readonly Row[] }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t("date")}</th>
          <th scope="col">{t("state")}</th>
          <th scope="col" class="number wide-only">
            {t("fees")}
          </th>
          <th scope="col" class="number wide-only">
            {t("rewards")}
          </th>
          <th scope="col" class="number">
            {t("income")}
          </th>
          <th scope="col" class="number wide-only">
            {t("paid-out")}
          </th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.id}>
            <td>
              <Link href={`/days/${day.businessDate}`}>{date.business(day.businessDate, "row")}</Link>
            </td>
            <td>
              <DayState state={day.state} />
              {day.heldAccounts?.length > 0 ? (
                <span class="state held">{t("day.held-count", { count: day.heldAccounts.length })}</span>
              ) : null}
            </td>
            <Figure minor={day.totals?.feesMinor} wide />
            <Figure minor={day.totals?.rewardsMinor} wide />
            <Figure minor={day.totals?.incomeMinor} tone />
            <Figure minor={day.totals?.payoutsMinor} wide />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Figure({ minor, wide, tone }: { minor: number | undefined; wide?: boolean; tone?: boolean }) {
  return (
    <td class={`number${wide ? " wide-only" : ""}`}>
      {minor === undefined ? <span class="faint">—</span> : <Amount minor={minor} tone={tone ?? false} />}
    </td>
  );
}
