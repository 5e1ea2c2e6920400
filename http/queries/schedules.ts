/** Schedules, each with when it is due next (JOB-1). */
import type { Knex } from "knex";
import { dueTimes } from "../../schemas/cron.ts";
import type { ScheduleResource } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";
import { rowsOf } from "./statement.ts";

export const DUE_TIMES_SHOWN = 5;

const LIST = "schedules";

type ScheduleRow = Omit<ScheduleResource, "dueTimes">;

export async function listSchedules(
  database: Knex,
  timeZone: string,
  nowMs: number,
  request: PageRequest,
): Promise<Page<ScheduleResource>> {
  const { cursor } = request;
  const [after] = cursor === undefined ? [null] : decodeCursor(LIST, cursor, ["uuid"]);
  const rows = await rowsOf<ScheduleRow>(database, {
    name: "list-schedules",
    text: `select id, name, cron, catch_up as "catchUp", work, is_paused as paused, next_due_at as "nextDueAt",
                  last_fired_at as "lastFiredAt", times_fired as "timesFired", written_by as "writtenBy"
             from schedules where not is_removed and ($1::uuid is null or id > $1::uuid)
            order by id limit $2`,
    values: [after, pageSize(request) + 1],
  });
  return cutPage(
    rows,
    pageSize(request),
    LIST,
    ({ id }) => [id],
    (row) => ({ ...row, dueTimes: row.paused ? [] : dueTimes(row.cron, timeZone, nowMs, DUE_TIMES_SHOWN) }),
  );
}
