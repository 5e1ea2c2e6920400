import type { Job } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { jobs } from "../store/jobs.ts";
import { Icon } from "./icon.tsx";
import { Progress } from "./progress.tsx";

/** The shuffles this tab has started: how far they are, then what they did. */
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
      <Icon name={job.state === "failed" ? "warning" : "shuffle"} />
      <strong>{t(`job.${job.state}`)}</strong>
      {over ? (
        <JobResult job={job} />
      ) : (
        <Progress label={t("shuffle.progress")} done={job.done} total={job.total} />
      )}
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
  const { moved, unchanged, skipped } = job.result;
  return (
    <span class="job-result">
      {[
        t("shuffle.moved", { moved }),
        t("shuffle.unchanged", { unchanged }),
        t("shuffle.skipped", { skipped }),
      ].join(" · ")}
    </span>
  );
}
