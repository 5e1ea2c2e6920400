/** Schedules, each with when it is due next (JOB-1). There are so few that they are one page. */
import type { Knex } from "knex";
import { dueTimes } from "../../schemas/cron.ts";
import type { ScheduleResource } from "../../schemas/resources.ts";
import { rowsOf } from "./statement.ts";

export const DUE_TIMES_SHOWN = 5;

type ScheduleRow = Omit<ScheduleResource, "dueTimes">;

export async function listSchedules(
  database: Knex,
  timeZone: string,
  nowMs: number,
): Promise<ScheduleResource[]> {
  const rows = await rowsOf<ScheduleRow>(database, {
    name: "list-schedules",
    text: `select id, name, cron, catch_up as "catchUp", work, is_paused as paused, next_due_at as "nextDueAt",
                  last_fired_at as "lastFiredAt", times_fired as "timesFired", written_by as "writtenBy"
             from schedules where not is_removed order by id`,
    values: [],
  });
  return rows.map((row) => ({
    ...row,
    dueTimes: row.paused ? [] : dueTimes(row.cron, timeZone, nowMs, DUE_TIMES_SHOWN),
  }));
}
