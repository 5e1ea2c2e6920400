/**
 * A due time that has come (JOB-1). The timer, what it does, and the next timer are one commit, so each due time fires
 * once, however many schedulers run.
 *
 * What was missed while nobody ran is caught up by the schedule's policy: `all` fires each, in order; `one` the last of
 * them; `skip` none. Late is more than a take-over of the scheduler lasts.
 */
import { lastDueMs, nextDueMs } from "../../schemas/cron.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { type Accepted, type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import type { Schedule, SchedulerState } from "./state.ts";
import { doWork } from "./work.ts";

/** A due time of `skip` that is met later than this is missed. */
export const ON_TIME_MS = 5 * 60_000;

export function meetDueTime(
  state: SchedulerState,
  message: Envelope<"schedule.due">,
  context: Context,
): Decision {
  const { scheduleId, revision, dueAt } = message.data;
  const schedule = state.schedule(scheduleId);
  if (schedule === undefined || schedule.revision !== revision) return NOTHING;
  const { firesMs, nextMs } = plan(schedule, Date.parse(dueAt), context);
  const next: Schedule = {
    ...schedule,
    nextDueAt: nextMs === undefined ? undefined : new Date(nextMs).toISOString(),
  };
  const done = firesMs === undefined ? { ...NOTHING, replicas: [next] } : fired(next, firesMs, context);
  return { ...done, later: [...(done.later ?? []), ...timerOf(next)] };
}

/** Does what the schedule is for, as of the moment it was due. */
export function fired(schedule: Schedule, dueMs: number, context: Context): Accepted {
  const done = doWork(schedule, dueMs, context);
  const counted: Schedule = {
    ...schedule,
    lastFiredAt: context.now,
    timesFired: schedule.timesFired + 1,
  };
  return { ...done, replicas: [counted] };
}

/** The timer of the schedule's next due time. */
export function timerOf(schedule: Schedule): Later[] {
  const { id, key, revision, nextDueAt } = schedule;
  if (nextDueAt === undefined) return [];
  return [
    {
      word: "due",
      dueAtMs: Date.parse(nextDueAt),
      type: "schedule.due",
      subject: key,
      data: { scheduleId: id, revision, dueAt: nextDueAt },
    },
  ];
}

interface Plan {
  /** The due time that fires; undefined: none. */
  readonly firesMs: number | undefined;
  readonly nextMs: number | undefined;
}

function plan({ cron, catchUp }: Schedule, dueMs: number, { nowMs, company }: Context): Plan {
  const after = (ms: number) => nextDueMs(cron, company.timeZone, ms);
  switch (catchUp) {
    case "all":
      return { firesMs: dueMs, nextMs: after(dueMs) };
    case "one": {
      const lastMs = Math.max(dueMs, lastDueMs(cron, company.timeZone, nowMs) ?? dueMs);
      return { firesMs: lastMs, nextMs: after(lastMs) };
    }
    case "skip": {
      const isLate = nowMs - dueMs > ON_TIME_MS;
      return isLate
        ? { firesMs: undefined, nextMs: after(nowMs - ON_TIME_MS - 1) }
        : { firesMs: dueMs, nextMs: after(dueMs) };
    }
    default:
      throw new Error(`no way to catch up named ${catchUp satisfies never}`);
  }
}
