/** What every commit writes, whatever its actors: the fence, the outbox, outcomes of commands, the agenda, letters, deeds. */
import type pg from "pg";
import type { Uuid } from "../../schemas/ids.ts";
import { insertDeeds } from "./deed-store.ts";
import { deleteLetters, upsertLetters } from "./letter-store.ts";
import { type Statement, type Value, writing } from "./statement.ts";
import type { CommandRow, LaterRow, Lease, OutboxRow, Placed, Writes } from "./store.ts";

export interface Commit {
  readonly lease: Lease;
  readonly writes: Writes;
}

/** What Postgres says when one of the leases is not theirs any more: a division by zero, which ends the commit. */
export const NOT_HELD = "22012";

/** Beside the notes of what is decided alone: what is decided together, until any commit. */
export const IN_HAND = "in hand";

/** The fence of all of them (G2). Workers of the release before read committed_epoch; nobody else does. */
export function fenceOf(group: readonly Commit[]): Statement {
  const [fence] = writing(
    "fence",
    `update partitions p set inbox = n.inbox, outbox = n.outbox, cursors = n.cursors, committed_epoch = n.epoch,
            suspects = p.suspects - n.noted - '${IN_HAND}'
       from unnest($1::text[], $2::int[], $3::bigint[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::text[])
              as n(kind, partition, epoch, inbox, outbox, cursors, noted)
      where p.kind = n.kind and p.partition = n.partition and p.epoch = n.epoch
     returning array_length($1::text[], 1) as leases`,
    group,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ lease }) => lease.epoch,
    ({ writes }) => JSON.stringify(writes.position.inbox),
    ({ writes }) => JSON.stringify(writes.position.outbox),
    ({ writes }) => JSON.stringify(writes.position.cursors),
    ({ writes }) => writes.noted ?? "",
  );
  if (fence === undefined) throw new Error("expected something to commit");
  return fence;
}

/** Every combination is prepared once per connection; of a kind there are some ten. */
const combinations = new Map<string, { readonly name: string; readonly text: string }>();

/** Puts a commit's statements into one: each is a part of it, and the fence's rows are counted at its end. */
export function oneStatement(fence: Statement, statements: readonly Statement[]): pg.QueryConfig {
  const parts = [fence, ...statements];
  const key = parts.map(({ name }) => name).join("+");
  const one = combinations.get(key) ?? { name: `commit-${combinations.size + 1}`, text: textOf(parts) };
  combinations.set(key, one);
  return { ...one, values: parts.flatMap(({ values }) => values) };
}

function textOf(parts: readonly Statement[]): string {
  let before = 0;
  const named = parts.map(({ text, values }, at) => {
    const shift = before;
    before += values.length;
    return `part_${at} as (${text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + shift}`)})`;
  });
  return `with ${named.join(",\n")}\nselect 1 / (count(*) = coalesce(max(leases), -1))::int from part_0`;
}

/**
 * The parts of one statement do not see each other: what one takes away, another cannot put in again. A timer that is
 * done with and set anew is moved; a letter that is done with is not written first.
 */
export function writesOf(group: readonly Commit[]): Statement[] {
  const all = group.map(({ lease, writes }) => ({ lease, ...writes, ...partedLater(writes) }));
  const of = <R>(rows: (one: (typeof all)[number]) => readonly R[]) =>
    all.flatMap((one) => rows(one).map((row) => ({ lease: one.lease, row })));
  return [
    ...insertOutbox(of(({ outbox }) => outbox)),
    ...insertCommands(of(({ commands }) => commands)),
    ...deleteLater(of(({ laterDone }) => laterDone)),
    ...insertLater(of(({ laterAdded }) => laterAdded)),
    ...updateLater(of(({ laterMoved }) => laterMoved)),
    ...upsertLetters(of(({ letters, lettersDone }) => letters.filter(({ id }) => !lettersDone.includes(id)))),
    ...deleteLetters(of(({ lettersDone }) => lettersDone)),
    ...insertDeeds(all.flatMap((one) => one.commands)),
  ];
}

function partedLater({ laterDone, laterAdded }: Writes) {
  const done = new Set(laterDone);
  const moved = new Set(laterAdded.flatMap(({ id }) => (done.has(id) ? id : [])));
  return {
    laterDone: laterDone.filter((id) => !moved.has(id)),
    laterAdded: laterAdded.filter(({ id }) => !moved.has(id)),
    laterMoved: laterAdded.filter(({ id }) => moved.has(id)),
  };
}

function insertOutbox(rows: readonly Placed<OutboxRow>[]): Statement[] {
  const statements = writing(
    "outbox",
    `insert into outbox (kind, partition, topic, topic_partition, sequence, envelope)
     select * from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::bigint[], string_to_array($6, E'\\n'))`,
    rows,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ row }) => row.to.topic,
    ({ row }) => row.to.partition,
    ({ row }) => row.sequence,
  );
  return withEnvelopes(statements, rows);
}

/** Envelopes are JSON on one line each: as lines of one text nothing in them has to be escaped. */
function withEnvelopes(
  statements: readonly Statement[],
  rows: readonly Placed<{ readonly envelope: string }>[],
): Statement[] {
  const lines = () => rows.map(({ row }) => row.envelope).join("\n");
  return statements.map(({ values, ...rest }) => ({ ...rest, values: [...values, lines()] }));
}

/** A pending row is the edge's promise (202): the decision fulfils it. A failed one is decided when it is replayed. */
function insertCommands(rows: readonly Placed<CommandRow>[]): Statement[] {
  return writing(
    "commands",
    `insert into commands (id, sender, fingerprint, topic, type, state, accepted, code, body, trace_id, done_at)
     select id, sender, fingerprint, topic, type, 'done', accepted, code, body, trace_id, now()
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::json[], $9::text[])
         as new(id, sender, fingerprint, topic, type, accepted, code, body, trace_id)
     on conflict (id) do update set state = 'done', accepted = excluded.accepted, code = excluded.code,
       body = excluded.body, trace_id = excluded.trace_id, done_at = excluded.done_at, envelope = null
       where commands.state = 'pending' or commands.code = 'unprocessable_message'`,
    rows,
    ({ row }) => row.id,
    ({ row }) => row.sender,
    ({ row }) => row.fingerprint,
    ({ row }) => row.topic,
    ({ row }) => row.type,
    ({ row }) => row.accepted,
    ({ row }) => row.code,
    ({ row }) => JSON.stringify(row.body),
    ({ row }) => row.traceId,
  );
}

function deleteLater(rows: readonly Placed<Uuid>[]): Statement[] {
  return writing(
    "later-done",
    `delete from later using unnest($1::text[], $2::int[], $3::uuid[]) as done(kind, partition, id)
      where later.kind = done.kind and later.partition = done.partition and later.id = done.id`,
    rows,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ row }) => row,
  );
}

const LATER_COLUMNS: readonly ((placed: Placed<LaterRow>) => Value)[] = [
  ({ lease }) => lease.kind,
  ({ lease }) => lease.partition,
  ({ row }) => row.id,
  ({ row }) => new Date(row.dueAtMs).toISOString(),
  ({ row }) => row.gateway,
];

function insertLater(rows: readonly Placed<LaterRow>[]): Statement[] {
  const statements = writing(
    "later",
    `insert into later (kind, partition, id, due_at, gateway, envelope)
     select * from unnest($1::text[], $2::int[], $3::uuid[], $4::timestamptz[], $5::text[], string_to_array($6, E'\\n'))`,
    rows,
    ...LATER_COLUMNS,
  );
  return withEnvelopes(statements, rows);
}

function updateLater(rows: readonly Placed<LaterRow>[]): Statement[] {
  const statements = writing(
    "later-again",
    `update later set due_at = n.due_at, gateway = n.gateway, envelope = n.envelope
       from unnest($1::text[], $2::int[], $3::uuid[], $4::timestamptz[], $5::text[], string_to_array($6, E'\\n'))
              as n(kind, partition, id, due_at, gateway, envelope)
      where later.kind = n.kind and later.partition = n.partition and later.id = n.id`,
    rows,
    ...LATER_COLUMNS,
  );
  return withEnvelopes(statements, rows);
}
