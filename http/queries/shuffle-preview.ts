/** What a press of shuffle would touch now (TT-4): read from the board's own tables, which decide it. */
import type { Knex } from "knex";
import type { Minor } from "../../schemas/money.ts";
import { rowsOf } from "./statement.ts";

export interface ShufflePreview {
  readonly openTasks: number;
  readonly people: number;
  readonly feesMinor: Minor;
}

export async function readShufflePreview(database: Knex): Promise<ShufflePreview> {
  const [preview] = await rowsOf<ShufflePreview>(database, {
    text: `
      select (select count(*) from board_people
               where active and role <> all (select unnest(excluded_roles) from installation)) as people,
             count(*) as "openTasks", coalesce(sum(fee), 0)::int8 as "feesMinor"
        from tasks where status in ('open', 'in-progress')`,
    values: [],
  });
  if (preview === undefined) throw new Error("expected one row of an aggregate, got none");
  return preview;
}
