/** Who a month's statements are for (PAY-4): accounts of a partition with an entry in it, in the order of their ids. */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import { rowsOf } from "./statement.ts";

export interface MovedRequest {
  readonly partition: number;
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  readonly after: UserId | undefined;
  readonly limit: number;
}

/** Asked account by account and date by date, which an index answers: nothing here reads a month of entries. */
export async function listMovedAccounts(database: Knex, request: MovedRequest): Promise<UserId[]> {
  const { partition, from, to, after, limit } = request;
  const rows = await rowsOf<{ id: UserId }>(database, {
    text: `select id from accounts
            where partition = $1 and last_date >= $2::date and ($4::uuid is null or id > $4::uuid)
              and exists (select from generate_series($2::date, $3::date, interval '1 day') as day
                           join entries on business_date = day::date and account_id = accounts.id)
            order by id limit $5`,
    values: [partition, from, to, after ?? null, limit],
  });
  return rows.map(({ id }) => id);
}
