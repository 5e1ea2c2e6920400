import { get } from "../api/get.ts";
import type { HistoryItem, Page } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { HistoryRow } from "./task-history.tsx";

interface Props {
  readonly taskId: string;
  readonly traceId: string | null;
}

/** The steps of a task that one click made, the entry among them: who did what, and what it cost or brought. */
export function EntryOrigin({ taskId, traceId }: Props) {
  const history = useResource(`history ${taskId}`, (signal) =>
    get<Page<HistoryItem>>(`/tasks/${taskId}/history`, {}, signal),
  );
  const steps = history.data?.items.filter((item) => item.traceId === traceId) ?? [];
  return (
    <section aria-labelledby="origin">
      <h3 id="origin">{t("why.origin")}</h3>
      <p class="faint small">{t("why.origin-note")}</p>
      <ProblemNote problem={history.problem} onRetry={history.reload} />
      {history.data === undefined && history.loading ? <Loading lines={3} /> : null}
      <ol class="history">
        {steps.map((item, index) => (
          // history only grows at its end; the place in it is its identity.
          <HistoryRow key={index} item={item} />
        ))}
      </ol>
    </section>
  );
}
