/** Corrections and bonuses with whom they concern, and the entry that booked them (ACC-5), newest first. */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { CorrectionResource, CorrectionState, Person } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";
import { rowsOf, Values } from "./statement.ts";

export interface ListedCorrection extends Omit<CorrectionResource, "userId" | "proposedBy" | "decidedBy"> {
  readonly person: Person;
  readonly proposedBy: Person;
  readonly decidedBy: Person | null;
  /** Null until it is booked. */
  readonly entry: { readonly number: number; readonly businessDate: BusinessDate } | null;
}

const LIST = "corrections";

const personOf = (id: string, name: string): string =>
  `json_build_object('id', ${id}, 'name', coalesce(${name}, ${id}::text))`;

export async function listCorrections(
  database: Knex,
  request: PageRequest & { readonly state?: CorrectionState },
): Promise<Page<ListedCorrection>> {
  const { place, all: values } = new Values();
  const { state, cursor } = request;
  const conditions = [
    ...(state === undefined ? [] : [`c.state = ${place(state)}`]),
    ...(cursor === undefined ? [] : [`c.id < ${place(decodeCursor(LIST, cursor, ["uuid"])[0])}`]),
  ];
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  const text = `
    select c.id, ${personOf("c.account_id", "p.name")} as person, c.kind, c.amount as "amountMinor", c.reason, c.state,
           ${personOf("c.proposed_by", "a.name")} as "proposedBy", c.proposed_at as "proposedAt",
           case when c.decided_by is not null then ${personOf("c.decided_by", "d.name")} end as "decidedBy",
           c.decided_at as "decidedAt", c.decision,
           case when e.number is not null then
             json_build_object('number', e.number, 'businessDate', e.business_date) end as entry
      from corrections c
      left join users p on p.id = c.account_id
      left join users a on a.id = c.proposed_by
      left join users d on d.id = c.decided_by
      left join entries e on e.transfer_id = c.id and e.kind in ('correction', 'bonus')
      ${where} order by c.id desc limit ${pageSize(request) + 1}`;
  const rows = await rowsOf<ListedCorrection>(database, { text, values });
  return cutPage(
    rows,
    pageSize(request),
    LIST,
    ({ id }) => [id],
    (row) => row,
  );
}
