import { get } from "../api/get.ts";
import type { BusinessDate, Entry, Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { date } from "../format/date.ts";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import type { EntryFilter } from "../store/entry-filter.ts";
import { useFeed } from "../store/use-feed.ts";
import { Amount } from "./amount.tsx";
import { Empty } from "./empty.tsx";
import { Link } from "./link.tsx";
import { Loading } from "./loading.tsx";
import { MoreButton } from "./more-button.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Trace } from "./trace.tsx";

interface Props {
  readonly userId: string;
  readonly filter: EntryFilter;
}

interface DayGroup {
  readonly businessDate: BusinessDate;
  readonly entries: readonly Entry[];
  /** The day may go on below the last row read: then its sum is not known yet. */
  readonly whole: boolean;
}

/** The audit log of an account by business date, newest first, each entry with the balance after it. */
export function EntriesLog({ userId, filter }: Props) {
  const log = usePages<Entry>(`entries ${userId} ${JSON.stringify(filter)}`, (cursor, signal) =>
    get<Page<Entry>>(`/accounts/${userId}/entries`, { ...filter, cursor }, signal),
  );
  useFeed("account", (event) => event.userId === userId, log.reload);
  return (
    <section aria-label={t("account.log")}>
      <ProblemNote problem={log.problem} onRetry={log.reload} />
      {log.empty ? <NoEntries isFiltered={Object.values(filter).some((value) => value !== "")} /> : null}
      {log.items.length === 0 && log.loading ? <Loading lines={8} /> : null}
      {byDay(log.items, log.hasMore).map((day) => (
        <DayEntries key={day.businessDate} day={day} />
      ))}
      {log.hasMore ? <MoreButton loading={log.loading} onMore={log.more} /> : null}
    </section>
  );
}

function NoEntries({ isFiltered }: { isFiltered: boolean }) {
  return (
    <Empty title={t("account.no-entries")}>
      {t(isFiltered ? "account.none-found" : "account.no-entries-why")}
    </Empty>
  );
}

function DayEntries({ day }: { day: DayGroup }) {
  const sum = day.entries.reduce((total, entry) => total + entry.amountMinor, 0);
  return (
    <table class="table log">
      <caption>
        <span class="log-day">
          <span>{date.business(day.businessDate)}</span>
          {day.whole ? <Amount minor={sum} signed tone /> : null}
        </span>
      </caption>
      <thead class="only-read">
        <tr>
          <th scope="col">{t("time")}</th>
          <th scope="col">{t("entry")}</th>
          <th scope="col">{t("amount")}</th>
          <th scope="col">{t("balance-after")}</th>
          <th scope="col">{t("trace")}</th>
        </tr>
      </thead>
      <tbody>
        {day.entries.map((entry) => (
          <EntryRow key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function EntryRow({ entry }: { entry: Entry }) {
  return (
    <tr>
      <td class="log-time faint figures">
        <time dateTime={entry.occurredAt}>{date.time(entry.occurredAt)}</time>
      </td>
      <td>
        <span class="log-what">
          <span class={`kind ${entry.kind}`}>{t(`entry.${entry.kind}`)}</span>
          <span>
            {entry.taskNumber === null ? null : <span class="faint figures">#{entry.taskNumber} </span>}
            {entry.jiraId === null ? null : <span class="jira">{entry.jiraId} </span>}
            {entry.taskId === null ? (
              entry.title
            ) : (
              <Link href={`/?task=${entry.taskId}`}>{entry.title ?? t("task")}</Link>
            )}
          </span>
        </span>
      </td>
      <td class="number">
        <Amount minor={entry.amountMinor} signed tone />
      </td>
      <td class="number faint">
        <Link
          href={router.hrefWith({ why: String(entry.number) })}
          class="why"
          label={t("why.balance", { balance: money(entry.balanceAfterMinor) })}
        >
          <Amount minor={entry.balanceAfterMinor} />
        </Link>
      </td>
      <td class="wide-only">
        <Trace id={entry.traceId} />
      </td>
    </tr>
  );
}

function byDay(entries: readonly Entry[], hasMore: boolean): DayGroup[] {
  const days = [...Map.groupBy(entries, (entry) => entry.businessDate)];
  return days.map(([businessDate, ofDay], index) => ({
    businessDate,
    entries: ofDay,
    whole: !hasMore || index < days.length - 1,
  }));
}
