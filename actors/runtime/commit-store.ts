/** What every commit writes, whatever its actors: the fence, the outbox, outcomes of commands, the agenda, letters. */
import type { Uuid } from "../../schemas/ids.ts";
import { deleteLetters, upsertLetters } from "./letter-store.ts";
import { type Statement, writing } from "./statement.ts";
import type { CommandRow, LaterRow, Lease, OutboxRow, Placed, Writes } from "./store.ts";

export interface Commit {
  readonly lease: Lease;
  readonly writes: Writes;
}

/** Division by zero ends the transaction before anything behind it is done, however far it is sent already. */
export const NOT_HELD = "22012";

/** The fence of all of them: an error with `NOT_HELD` when one of the leases is not theirs any more (G2). */
export function fenceOf(group: readonly Commit[]): Statement[] {
  return writing(
    "commit-fence",
    `with held as (
       update partitions p set inbox = n.inbox, outbox = n.outbox, cursors = n.cursors, committed_epoch = n.epoch,
              suspect = null
         from unnest($1::text[], $2::int[], $3::bigint[], $4::jsonb[], $5::jsonb[], $6::jsonb[])
                as n(kind, partition, epoch, inbox, outbox, cursors)
        where p.kind = n.kind and p.partition = n.partition and p.epoch = n.epoch
       returning 1)
     select 1 / (count(*) = array_length($1::text[], 1))::int from held`,
    group,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ lease }) => lease.epoch,
    ({ writes }) => JSON.stringify(writes.position.inbox),
    ({ writes }) => JSON.stringify(writes.position.outbox),
    ({ writes }) => JSON.stringify(writes.position.cursors),
  );
}

export function writesOf(group: readonly Commit[]): Statement[] {
  const of = <R>(rows: (writes: Writes) => readonly R[]) =>
    group.flatMap(({ lease, writes }) => rows(writes).map((row) => ({ lease, row })));
  return [
    ...insertOutbox(of(({ outbox }) => outbox)),
    ...insertCommands(of(({ commands }) => commands)),
    ...deleteLater(of(({ laterDone }) => laterDone)),
    ...insertLater(of(({ laterAdded }) => laterAdded)),
    ...upsertLetters(of(({ letters }) => letters)),
    ...deleteLetters(of(({ lettersDone }) => lettersDone)),
  ];
}

/** Envelopes are JSON on one line each: as lines of one text nothing in them has to be escaped. */
function insertOutbox(rows: readonly Placed<OutboxRow>[]): Statement[] {
  return writing(
    "commit-outbox",
    `insert into outbox (kind, partition, topic, topic_partition, sequence, envelope)
     select * from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::bigint[], string_to_array($6, E'\\n'))`,
    rows,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ row }) => row.to.topic,
    ({ row }) => row.to.partition,
    ({ row }) => row.sequence,
  ).map(({ values, ...rest }) => ({
    ...rest,
    values: [...values, rows.map(({ row }) => row.envelope).join("\n")],
  }));
}

/** A pending row is the edge's promise (202): the decision fulfils it. A failed one is decided when it is replayed. */
function insertCommands(rows: readonly Placed<CommandRow>[]): Statement[] {
  return writing(
    "commit-commands",
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
    "commit-later-done",
    `delete from later using unnest($1::text[], $2::int[], $3::uuid[]) as done(kind, partition, id)
      where later.kind = done.kind and later.partition = done.partition and later.id = done.id`,
    rows,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ row }) => row,
  );
}

function insertLater(rows: readonly Placed<LaterRow>[]): Statement[] {
  return writing(
    "commit-later",
    `insert into later (kind, partition, id, due_at, gateway, envelope)
     select * from unnest($1::text[], $2::int[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[])`,
    rows,
    ({ lease }) => lease.kind,
    ({ lease }) => lease.partition,
    ({ row }) => row.id,
    ({ row }) => new Date(row.dueAtMs).toISOString(),
    ({ row }) => row.gateway,
    ({ row }) => row.envelope,
  );
}
