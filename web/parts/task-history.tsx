import { get } from "../api/get.ts";
import type { HistoryItem, Page } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { useFeed } from "../store/use-feed.ts";
import { Amount } from "./amount.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Trace } from "./trace.tsx";

/** Entries in an account: only these move money, whatever amount the rest mention. */
const MOVES_MONEY: readonly HistoryItem["kind"][] = ["fee", "reward"];
/** Of these it says who was meant; of the rest `by` says it. */
const NAMES_ASSIGNEE: readonly HistoryItem["kind"][] = ["assigned", ...MOVES_MONEY];

/** Who, what, when, for how much, with its trace; oldest first. */
export function TaskHistory({ id }: { id: string }) {
  const history = useResource(`history ${id}`, (signal) =>
    get<Page<HistoryItem>>(`/tasks/${id}/history`, {}, signal),
  );
  useFeed("task", (event) => event.id === id, history.reload);
  return (
    <section aria-labelledby="history">
      <h3 id="history">{t("history")}</h3>
      <ProblemNote problem={history.problem} onRetry={history.reload} />
      {history.data === undefined && history.loading ? <Loading /> : null}
      <ol class="history">
        {history.data?.items.map((item, index) => (
          // history only grows at its end; the place in it is its identity.
          <HistoryRow key={index} item={item} />
        ))}
      </ol>
    </section>
  );
}

/** One step of a task. */
export function HistoryRow({ item }: { item: HistoryItem }) {
  return (
    <li class={`history-item ${item.kind}`}>
      <div class="history-line">
        <span>
          <strong>{t(`history.${item.kind}`)}</strong>
          {item.assignee !== null && NAMES_ASSIGNEE.includes(item.kind) ? ` · ${item.assignee.name}` : null}
        </span>
        {item.amountMinor !== null && MOVES_MONEY.includes(item.kind) ? (
          <Amount minor={item.amountMinor} signed tone />
        ) : null}
      </div>
      <div class="history-line faint small">
        <span>
          <time dateTime={item.at}>{date.moment(item.at)}</time>
          {item.by === null ? null : ` · ${t("history.by", { name: item.by.name })}`}
        </span>
        <Trace id={item.traceId} />
      </div>
    </li>
  );
}
