/**
 * Dead letters as operators see them (EVT-4): SQL of the table `dead_letters`, for the edge and for the command line.
 *
 * 1. Nobody here moves a letter. What an operator wants is noted (`asked`), and the partition's owner carries it out in
 *    a commit of its own: it alone may change what its actors know (G2).
 * 2. A letter that waits is part of a mailbox: to try one again is to try its mailbox again, from the first message on.
 */
import type { Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import { decodeCursor, encodeCursor } from "../queries/cursor.ts";
import { type PageRequest, pageSize } from "../queries/page.ts";
import type { Page } from "../route.ts";

export const LETTER_STATES = ["parked", "held", "dead"] as const;
export type LetterState = (typeof LETTER_STATES)[number];

export const WISHES = ["replay", "drop"] as const;
export type Wish = (typeof WISHES)[number];

export interface DeadLetter {
  readonly id: Uuid;
  /** Whose partition keeps it. */
  readonly kind: string;
  /** Where it came from; null for a message to oneself. */
  readonly topic: string | null;
  readonly partition: number;
  readonly actor: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
  /** Tries so far; 0: it only waits behind another. */
  readonly attempts: number;
  readonly state: LetterState;
  /** What an operator wants done with it, until the owner has done it. */
  readonly asked: Wish | null;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly traceId: string | null;
  /** As it came. */
  readonly envelope: string;
}

export interface LetterFilter {
  readonly state?: LetterState;
  readonly kind?: string;
  readonly actor?: string;
  readonly code?: string;
  readonly type?: string;
  /** RFC 3339: what happened to it last is not older. */
  readonly since?: string;
}

type Queryable = Pick<Database, "query">;

const COLUMNS = `id, kind, topic, partition, actor, type, code, reason, attempts, state, asked, first_at as "firstAt",
                 last_at as "lastAt", trace_id as "traceId", envelope`;

/** Parameters 1 to 6 are `filterValues`. */
const MATCHES = `($1::text is null or state = $1) and ($2::text is null or kind = $2)
  and ($3::text is null or actor = $3) and ($4::text is null or code = $4)
  and ($5::text is null or type = $5) and ($6::timestamptz is null or last_at >= $6)`;

function filterValues({ state, kind, actor, code, type, since }: LetterFilter): unknown[] {
  return [state ?? null, kind ?? null, actor ?? null, code ?? null, type ?? null, since ?? null];
}

export async function findLetter(database: Queryable, id: Uuid): Promise<DeadLetter | undefined> {
  const { rows } = await database.query<DeadLetter>(
    `select ${COLUMNS} from dead_letters where id = $1::uuid`,
    [id],
  );
  return rows[0];
}

export async function countLetters(database: Queryable, filter: LetterFilter): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from dead_letters where ${MATCHES}`,
    filterValues(filter),
  );
  return rows[0]?.count ?? 0;
}

const LIST = "dead-letters";
/** An envelope can be large: a page ends early rather than weigh more than this (and one letter). */
const PAGE_BYTES_MAX = 8 * 1_048_576;

interface PageRow extends DeadLetter {
  readonly lastUs: number;
  readonly found: number;
}

/** What changed last comes first. */
export async function listLetters(
  database: Queryable,
  request: LetterFilter & PageRequest,
): Promise<Page<DeadLetter>> {
  const { cursor } = request;
  const [lastUs, id] = cursor === undefined ? [null, null] : decodeCursor(LIST, cursor, ["int8", "uuid"]);
  const { rows } = await database.query<PageRow>(
    `with page as (
       select * from dead_letters
        where ${MATCHES}
          and ($7::bigint is null or (last_at, id) < (timestamptz 'epoch' + $7 * interval '1 microsecond', $8::uuid))
        order by last_at desc, id desc limit $9),
     weighed as (
       select *, count(*) over ()::int as found,
              sum(octet_length(envelope)) over (order by last_at desc, id desc) - octet_length(envelope) as before
         from page)
     select ${COLUMNS}, (extract(epoch from last_at) * 1000000)::bigint as "lastUs", found
       from weighed where before < $10 order by last_at desc, id desc limit $9 - 1`,
    [...filterValues(request), lastUs, id, pageSize(request) + 1, PAGE_BYTES_MAX],
  );
  const last = rows.at(-1);
  const hasMore = last !== undefined && last.found > rows.length;
  return {
    items: rows.map(({ lastUs: _, found: __, ...letter }) => letter),
    next: hasMore ? encodeCursor(LIST, [last.lastUs, last.id]) : null,
  };
}

export interface MatchingLetter {
  readonly id: Uuid;
  /** The first of those of its mailbox that match; a dead one waits for nobody and leads alone. */
  readonly leads: boolean;
}

/** The letters that match, mailbox by mailbox in the order in which they are tried. */
export async function matchingLetters(
  database: Queryable,
  filter: LetterFilter,
  limit: number,
): Promise<MatchingLetter[]> {
  const { rows } = await database.query<MatchingLetter>(
    `select id, row_number() over (partition by kind, partition, actor, case when state = 'dead' then id end
                                   order by place, id) = 1 as leads
       from dead_letters where ${MATCHES} order by kind, partition, place, id limit $7`,
    [...filterValues(filter), limit],
  );
  return rows;
}

/** Notes what is asked, unless something is asked already or the letter is gone: then undefined. */
export async function noteWish(
  database: Queryable,
  id: Uuid,
  wish: Wish,
): Promise<(DeadLetter & { readonly place: number }) | undefined> {
  const { rows } = await database.query<DeadLetter & { place: number }>(
    `update dead_letters set asked = $2::text, asked_at = now() where id = $1::uuid and asked is null
     returning ${COLUMNS}, place`,
    [id, wish],
  );
  return rows[0];
}

/** How a letter stands that something was asked about; one that is gone was handled, or dropped. */
export interface Standing {
  readonly id: Uuid;
  readonly code: string;
  readonly reason: string;
  /** Not carried out yet. */
  readonly isAsked: boolean;
  /** It was tried since then, and failed. */
  readonly hasFailed: boolean;
  /** The letter that it waits behind, when that one was tried since then and failed. */
  readonly behind: Uuid | null;
}

/** Those of the letters that are still there, and what became of them since `since`. */
export async function standingsOf(
  database: Queryable,
  ids: readonly Uuid[],
  since: string,
): Promise<Standing[]> {
  const { rows } = await database.query<Standing>(
    `with mine as (select * from dead_letters where id = any($1::uuid[])),
     boxes as (select distinct kind, partition, actor from mine where state <> 'dead'),
     heads as (
       select distinct on (d.kind, d.partition, d.actor) d.*, d.attempts > 0 and d.last_at >= $2::timestamptz as failed
         from dead_letters d join boxes using (kind, partition, actor)
        where d.state <> 'dead' order by d.kind, d.partition, d.actor, d.place)
     select m.id, m.asked is not null as "isAsked", m.attempts > 0 and m.last_at >= $2::timestamptz as "hasFailed",
            case when h.failed then h.id end as behind,
            case when h.failed then h.code else m.code end as code,
            case when h.failed then h.reason else m.reason end as reason
       from mine m left join heads h on m.state <> 'dead' and h.id <> m.id
        and (h.kind, h.partition, h.actor) = (m.kind, m.partition, m.actor)
      order by m.kind, m.partition, m.place, m.id`,
    [ids, since],
  );
  return rows;
}
