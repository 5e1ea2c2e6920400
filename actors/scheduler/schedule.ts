/**
 * Schedules as admins make them (JOB-1): made, changed, paused, removed, run now. A change sets the timer anew; the one
 * that was set before is of an older revision, and void. What is due while a schedule is paused is not missed: it is not due.
 *
 * Bonuses are money without a task: who wrote what a schedule of bonuses does cannot also let it go (ACC-5).
 */
import { cronProblem, nextDueMs } from "../../schemas/cron.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { ScheduleId } from "../../schemas/ids.ts";
import { type Rejected, rejected } from "../../schemas/rejections.ts";
import type { Context, Decision } from "../runtime/actor.ts";
import { fired, timerOf } from "./firing.ts";
import { type Schedule, type SchedulerState, scheduleKey } from "./state.ts";

/** Every one of them is in memory, and on one page. */
export const SCHEDULES_MAX = 200;

export function newScheduleId(context: Context): ScheduleId {
  return context.id("schedule") as ScheduleId;
}

export function createSchedule(
  state: SchedulerState,
  message: Envelope<"schedule.create">,
  context: Context,
): Decision {
  const refusal = refuse(message);
  if (refusal !== undefined) return refusal;
  if (state.scheduleCount >= SCHEDULES_MAX) {
    return rejected("too_many_schedules", `There are ${SCHEDULES_MAX} schedules, and no more can be made.`);
  }
  const id = newScheduleId(context);
  const schedule: Schedule = {
    key: scheduleKey(id),
    id,
    ...message.data,
    isPaused: message.data.work.kind === "bonus",
    isRemoved: false,
    revision: 0,
    nextDueAt: undefined,
    lastFiredAt: undefined,
    timesFired: 0,
    writtenBy: message.senderid,
  };
  return setAnew(schedule, context);
}

export function changeSchedule(
  state: SchedulerState,
  message: Envelope<"schedule.change">,
  context: Context,
): Decision {
  const { scheduleId, paused, ...words } = message.data;
  const schedule = state.schedule(scheduleId);
  const refusal = refuse(message);
  if (refusal !== undefined) return refusal;
  if (schedule === undefined) return rejected("schedule_not_found");
  const isRewritten = Object.keys(words).length > 0;
  const written = { ...schedule, ...words, ...(isRewritten ? { writtenBy: message.senderid } : {}) };
  const isOfMoney = written.work.kind === "bonus";
  if (isOfMoney && paused === false && written.writtenBy === message.senderid) return rejected("own_words");
  const isPaused = paused ?? (isOfMoney && isRewritten ? true : schedule.isPaused);
  return setAnew({ ...written, isPaused }, context);
}

export function removeSchedule(
  state: SchedulerState,
  message: Envelope<"schedule.remove">,
  context: Context,
): Decision {
  const schedule = state.schedule(message.data.scheduleId);
  const refusal = refuse(message);
  if (refusal !== undefined) return refusal;
  if (schedule === undefined) return rejected("schedule_not_found");
  return setAnew({ ...schedule, isRemoved: true }, context);
}

/** Once more than it is due, paused or not: its due times stay as they are. */
export function runSchedule(
  state: SchedulerState,
  message: Envelope<"schedule.run">,
  context: Context,
): Decision {
  const schedule = state.schedule(message.data.scheduleId);
  const refusal = refuse(message);
  if (refusal !== undefined) return refusal;
  if (schedule === undefined) return rejected("schedule_not_found");
  if (schedule.work.kind === "bonus" && schedule.writtenBy === message.senderid) return rejected("own_words");
  return fired(schedule, context.nowMs, context);
}

function setAnew(schedule: Schedule, context: Context): Decision {
  const isDue = !schedule.isPaused && !schedule.isRemoved;
  const nextMs = isDue ? nextDueMs(schedule.cron, context.company.timeZone, context.nowMs) : undefined;
  const set: Schedule = {
    ...schedule,
    revision: schedule.revision + 1,
    nextDueAt: nextMs === undefined ? undefined : new Date(nextMs).toISOString(),
  };
  return { accepted: true, facts: [], replicas: [set], later: timerOf(set) };
}

type ScheduleCommand = Envelope<"schedule.create" | "schedule.change" | "schedule.remove" | "schedule.run">;

/** Why the command cannot even be looked at; undefined: it can. */
function refuse(message: ScheduleCommand): Rejected | undefined {
  if (message.senderrole !== "admin")
    return rejected("not_allowed", "Only an admin has to do with schedules.");
  const cron = "cron" in message.data ? message.data.cron : undefined;
  const problem = cron === undefined ? undefined : cronProblem(cron);
  return problem === undefined ? undefined : rejected("invalid_cron", problem);
}
