/** The table dead_letters: messages that wait in parked mailboxes, or that nobody could handle (EVT-4, G8). */
import type { Uuid } from "../../schemas/ids.ts";
import type { Topic } from "../../streams/topology.ts";
import type { Db } from "./actor-store.ts";
import { type Statement, writing } from "./statement.ts";
import type { AskedLetterRow, Lease, LetterRow, Opened, ParkedMailbox, Placed } from "./store.ts";

interface Row {
  id: Uuid;
  topic: Topic | null;
  actor: string;
  type: string;
  code: string;
  reason: string;
  attempts: number;
  state: LetterRow["state"];
  place: number;
  trace_id: string | null;
  envelope: string;
}

const COLUMNS = "id, topic, actor, type, code, reason, attempts, state, place, trace_id, envelope";

/** Letters of one reading: beyond the first they are no more than this together, however many are asked for. */
const LETTERS_BYTES_MAX = 4 * 1_048_576;

/** The mailboxes that wait, in the order in which they were parked. */
export async function selectParked(
  db: Db,
  { kind, partition }: Lease,
): Promise<Pick<Opened, "parked" | "lastPlace">> {
  const { rows } = await db.query<ParkedMailbox & { lastPlace: number }>(
    `select actor, count(*) as messages, bool_or(state = 'held') as "isHeld",
            (array_agg(code order by place))[1] as code, max(place) as "lastPlace"
       from dead_letters where kind = $1 and partition = $2 and state in ('parked', 'held')
      group by actor order by min(place)`,
    [kind, partition],
  );
  return {
    parked: rows.map(({ lastPlace: _, ...mailbox }) => mailbox),
    lastPlace: Math.max(0, ...rows.map(({ lastPlace }) => lastPlace)),
  };
}

export async function selectLetters(
  db: Db,
  { kind, partition }: Lease,
  actor: string,
  limit: number,
): Promise<LetterRow[]> {
  const { rows } = await db.query<Row>(
    `with first as (
       select * from dead_letters
        where kind = $1 and partition = $2 and actor = $3 and state in ('parked', 'held') and asked is distinct from 'drop'
        order by place limit $4),
     weighed as (
       select *, sum(octet_length(envelope)) over (order by place, id) - octet_length(envelope) as before from first)
     select ${COLUMNS} from weighed where before < $5 order by place, id`,
    [kind, partition, actor, limit, LETTERS_BYTES_MAX],
  );
  return rows.map(letterOf);
}

export async function selectAsked(
  db: Db,
  { kind, partition }: Lease,
  ids: readonly Uuid[],
): Promise<AskedLetterRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<Row & Pick<AskedLetterRow, "asked">>(
    `select ${COLUMNS}, asked from dead_letters
      where kind = $1 and partition = $2 and id = any($3::uuid[]) and asked is not null`,
    [kind, partition, ids],
  );
  return rows.map((row) => ({ ...letterOf(row), asked: row.asked }));
}

/**
 * New letters, and what became of known ones: nothing is asked about them any more. A dead one that is delivered again
 * stays as it is.
 */
export function upsertLetters(rows: readonly Placed<LetterRow>[]): Statement[] {
  return writing(
    "letters",
    `insert into dead_letters (kind, partition, id, topic, actor, type, code, reason, attempts, state, place, trace_id,
                               envelope)
     select * from unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                          $9::int[], $10::text[], $11::bigint[], $12::text[], $13::text[])
     on conflict (id) do update set code = excluded.code, reason = excluded.reason, attempts = excluded.attempts,
       state = excluded.state, last_at = now(), asked = nullif(dead_letters.asked, 'replay'),
       asked_at = case when dead_letters.asked = 'drop' then dead_letters.asked_at end
       where excluded.attempts > dead_letters.attempts or dead_letters.asked = 'replay'`,
    rows,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ row }) => row.id,
    ({ row }) => row.topic,
    ({ row }) => storable(row.actor),
    ({ row }) => storable(row.type),
    ({ row }) => row.code,
    ({ row }) => storable(row.reason),
    ({ row }) => row.attempts,
    ({ row }) => row.state,
    ({ row }) => row.place,
    ({ row }) => storable(row.traceId),
    ({ row }) => storable(row.envelope),
  );
}

export function deleteLetters(rows: readonly Placed<Uuid>[]): Statement[] {
  const text = "delete from dead_letters where id = any($1::uuid[])";
  return writing("letters-done", text, rows, ({ row }) => row);
}

function letterOf({ trace_id, topic, ...row }: Row): LetterRow {
  return { ...row, topic: topic ?? undefined, traceId: trace_id ?? "" };
}

/** Postgres text cannot hold a zero byte; what arrived is kept readable, and a letter is never refused. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD");
}
