import { useEffect } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Job } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { useFeed } from "../store/use-feed.ts";
import { DownloadButton } from "./download-button.tsx";
import { ImportSums } from "./import-sums.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Progress } from "./progress.tsx";
import { RowErrors } from "./row-errors.tsx";

/** Beside the feed, which may be away. */
const ASK_EVERY_MS = 1_000;

/** An import under way, or what it did; whoever started it may leave and come back. */
export function ImportJob({ id, onAgain }: { id: string; onAgain: () => void }) {
  const read = useResource(`job ${id}`, (signal) => get<Job>(`/jobs/${id}`, {}, signal));
  useFeed("job", (job) => job.id === id, read.reload);
  const job = read.data;
  const isOver = job?.state === "done" || job?.state === "failed";
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(read.reload, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isOver, read.reload]);
  return (
    <>
      <ProblemNote problem={read.problem} onRetry={read.reload} />
      {job === undefined ? read.loading && <Loading lines={3} /> : <JobFacts job={job} isOver={isOver} />}
      <div class="row">
        {isOver && hasRejected(job) ? (
          <DownloadButton label={t("import.download-rejected")} path={`/jobs/${id}/rejected.csv`} />
        ) : null}
        {isOver || read.problem !== undefined ? (
          <button type="button" class="button" onClick={onAgain}>
            {t("import.again")}
          </button>
        ) : null}
      </div>
      {isOver ? <RowErrors errors={job?.errors ?? []} /> : null}
    </>
  );
}

function JobFacts({ job, isOver }: { job: Job; isOver: boolean }) {
  const { result } = job;
  return (
    <section class="import-job" aria-label={t("import")}>
      <div class={`job ${job.state}`}>
        <strong role="status">{t(`import.${job.state}`)}</strong>
        {isOver ? null : <Progress label={t("import.progress")} done={job.done} total={job.total} />}
      </div>
      {isOver ? null : <p class="faint small">{t("import.leave")}</p>}
      {job.state === "failed" ? <p>{t("import.failed-why")}</p> : null}
      {result && "created" in result ? (
        <ImportSums heading={t("import.done")} result={result} rows={job.total} />
      ) : null}
    </section>
  );
}

function hasRejected(job: Job | undefined): boolean {
  return job?.result != null && "rejected" in job.result && job.result.rejected > 0;
}
