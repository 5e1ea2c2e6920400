/** The scheduler as the runtime sees it. One partition: schedules are the company's. */
import { dueTimes } from "../../schemas/cron.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { ScheduleResource } from "../../schemas/resources.ts";
import type { Actor, Context, PageRequest } from "../runtime/actor.ts";
import { decide, HANDLES } from "./decide.ts";
import { newScheduleId } from "./schedule.ts";
import { personKey, type SchedulerEntity, SchedulerState } from "./state.ts";

/** How many due times to come are shown. */
const TIMES_SHOWN = 5;

export const scheduler: Actor<SchedulerEntity, SchedulerState> = {
  kind: "scheduler",
  handles: HANDLES,
  newState: () => new SchedulerState(),
  mailbox: ({ subject }) => subject,
  afterLastAttempt: () => "hold",
  needs,
  page,
  decide,
  answer,
  evolve: () => [],
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "user.registered":
    case "user.role-changed":
    case "user.disabled":
    case "user.enabled":
      return [personKey(message.data.userId)];
    default:
      return [];
  }
}

/** People in the order of their ids, beyond the last piece. */
function page(state: SchedulerState, message: Envelope): PageRequest | undefined {
  if (message.type !== "bonus.continue") return undefined;
  const { after } = message.data;
  return { name: "people", after, limit: state.piecePeople };
}

function answer(state: SchedulerState, message: Envelope, context: Context): ScheduleResource | undefined {
  const id = message.type === "schedule.create" ? newScheduleId(context) : scheduleIdOf(message);
  const schedule = id === undefined ? undefined : state.schedule(id);
  if (schedule === undefined) return undefined;
  const { name, cron, catchUp, work, isPaused, nextDueAt, lastFiredAt, timesFired, writtenBy } = schedule;
  return {
    id: schedule.id,
    name,
    cron,
    catchUp,
    work,
    paused: isPaused,
    nextDueAt: nextDueAt ?? null,
    dueTimes: isPaused ? [] : dueTimes(cron, context.company.timeZone, context.nowMs, TIMES_SHOWN),
    lastFiredAt: lastFiredAt ?? null,
    timesFired,
    writtenBy: writtenBy ?? null,
  };
}

function scheduleIdOf(message: Envelope): string | undefined {
  return "scheduleId" in message.data ? message.data.scheduleId : undefined;
}
