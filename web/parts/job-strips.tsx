import type { ImportResult, Job, ShuffleResult } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { jobs } from "../store/jobs.ts";
import { Icon } from "./icon.tsx";
import { Link } from "./link.tsx";
import { Progress } from "./progress.tsx";

/** The shuffles and imports that were started here: how far they are, then what they did. */
export function JobStrips() {
  return (
    <div class="jobs">
      {jobs.watched.value.map((job) => (
        <JobStrip key={job.id} job={job} />
      ))}
    </div>
  );
}

function JobStrip({ job }: { job: Job }) {
  const over = job.state === "done" || job.state === "failed";
  return (
    <div class={`job ${job.state}`} role={over ? "status" : undefined}>
      <Icon name={job.state === "failed" ? "warning" : job.kind} />
      <strong>{t(job.kind === "import" ? `import.${job.state}` : `job.${job.state}`)}</strong>
      {over ? (
        <JobResult job={job} />
      ) : (
        <Progress label={t(`${job.kind}.progress`)} done={job.done} total={job.total} />
      )}
      {job.kind === "import" ? <Link href={`/import?job=${job.id}`}>{t("import.open")}</Link> : null}
      {over ? (
        <button
          type="button"
          class="button quiet square"
          aria-label={t("dismiss")}
          onClick={() => jobs.dismiss(job.id)}
        >
          <Icon name="close" />
        </button>
      ) : null}
    </div>
  );
}

function JobResult({ job }: { job: Job }) {
  if (!job.result) return <span class="job-result" />;
  return <span class="job-result">{resultText(job.result)}</span>;
}

function resultText(result: ShuffleResult | ImportResult): string {
  if ("moved" in result) {
    const { moved, unchanged, skipped } = result;
    return [
      t("shuffle.moved", { moved }),
      t("shuffle.unchanged", { unchanged }),
      t("shuffle.skipped", { skipped }),
    ].join(" · ");
  }
  const { created, unchanged, rejected } = result;
  return [
    t("import.created", { created }),
    t("import.unchanged", { unchanged }),
    t("import.rejected", { rejected }),
  ].join(" · ");
}
