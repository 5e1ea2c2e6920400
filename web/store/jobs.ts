import { signal } from "@preact/signals";
import { get } from "../api/get.ts";
import { pause } from "../api/pause.ts";
import { Problem } from "../api/problem.ts";
import type { Job } from "../api/resources.ts";
import { session } from "../session.ts";

const ASK_EVERY_MS = 1_000;
const ASK_SLOWLY_MS = 4_000;
const REMEMBERED_MAX = 5;

type Named = Pick<Job, "id" | "kind">;

const watched = signal<readonly Job[]>([]);

/** Jobs a person has started here. They may be left and found again, in whatever tab, until they are put away. */
export const jobs = {
  watched,

  watch(id: string, kind: Job["kind"] = "shuffle"): void {
    if (watched.value.some((job) => job.id === id)) return;
    put({ id, kind, state: "queued", done: 0, total: null });
    remember([...remembered().filter((known) => known.id !== id), { id, kind }]);
    void follow(id);
  },

  /** From the feed: only the news of jobs watched here. */
  accept(job: Job): void {
    if (watched.value.some((known) => known.id === job.id)) put(job);
  },

  dismiss(id: string): void {
    watched.value = watched.value.filter((job) => job.id !== id);
    remember(remembered().filter((known) => known.id !== id));
  },

  resume(): void {
    for (const { id, kind } of remembered()) jobs.watch(id, kind);
  },
};

function remembered(): readonly Named[] {
  return JSON.parse(localStorage.getItem(key()) ?? "[]") as Named[];
}

function remember(named: readonly Named[]): void {
  localStorage.setItem(key(), JSON.stringify(named.slice(-REMEMBERED_MAX)));
}

function key(): string {
  return `ates.watched.${session.me.id}`;
}

/** A job only goes forward: a late answer does not take it back from what the feed already told. */
function put(job: Job): void {
  const known = watched.value.find((other) => other.id === job.id);
  if (known === undefined) watched.value = [...watched.value, job];
  else if (isOver(job) || (!isOver(known) && job.done >= known.done)) {
    watched.value = watched.value.map((other) => (other.id === job.id ? { ...other, ...job } : other));
  }
}

function isOver(job: Job): boolean {
  return job.state === "done" || job.state === "failed";
}

/** Asks until the job is over; the feed may tell first. A job that may not be asked for is forgotten. */
async function follow(id: string): Promise<void> {
  for (;;) {
    const known = watched.value.find((job) => job.id === id);
    if (known === undefined || (isOver(known) && known.result !== undefined)) return;
    try {
      const job = await get<Job>(`/jobs/${id}`);
      put(job);
      if (isOver(job)) return;
      await pause(ASK_EVERY_MS);
    } catch (thrown) {
      const { status } = Problem.of(thrown);
      if (status === 404 || status === 403) return jobs.dismiss(id);
      await pause(ASK_SLOWLY_MS);
    }
  }
}
