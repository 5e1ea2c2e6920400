/**
 * Presses shuffle and waits for the job (TT-4..6). Nobody else is at work, so what the job reports can be counted: the
 * tasks that somebody else has now are those it moved.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Task } from "./answers.ts";
import { type Session, UnexpectedAnswer } from "./api-client.ts";
import type { Stage } from "./stage.ts";

const LOOK_EVERY_MS = 50;

export async function shuffle(stage: Stage, presser: Session): Promise<void> {
  const { findings, books, narrator } = stage;
  const open = books.openTasks().length;
  const answer = await presser.command<{ jobId: string }>("POST", "/tasks/shuffle");
  if (answer.status !== 202) throw new UnexpectedAnswer("a shuffle", answer);
  findings.equal("where a shuffle's job is", answer.location, `/api/v1/jobs/${answer.body.jobId}`);
  const { total, done, result } = await end(stage, presser, answer.body.jobId);
  const { moved, unchanged, skipped } = result ?? { moved: -1, unchanged: -1, skipped: -1 };
  const seen = await seeBoard(stage);
  findings.equal("a shuffle's total and done, of the open tasks", [total, done], [open, open]);
  findings.equal("a shuffle's moved + unchanged + skipped", moved + unchanged + skipped, open);
  findings.equal("a shuffle's moved tasks, as the board shows them", moved, seen);
  findings.equal("a shuffle's skipped tasks while nobody completes any", skipped, 0);
  narrator.say(
    `shuffled ${open} open tasks: ${moved} moved, ${unchanged} drew the same person, ${skipped} skipped`,
  );
}

async function end({ signal }: Stage, presser: Session, jobId: string): Promise<Job> {
  for (;;) {
    const job = await presser.read<Job>(`/jobs/${jobId}`);
    if (job.state === "done") return job;
    if (job.state === "failed") throw new Error(`the shuffle failed: ${JSON.stringify(job)}`);
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Reads the open tasks and books a fee for each that somebody else has now; answers how many. */
async function seeBoard({ manager, books, date }: Stage): Promise<number> {
  const open = await manager.readAll<Task>("/tasks?status=open");
  const begun = await manager.readAll<Task>("/tasks?status=in-progress");
  return [...open, ...begun].filter((task) => books.see(task, [date])).length;
}
