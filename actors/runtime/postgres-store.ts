/**
 * The runtime's store in Postgres: leases with their positions, outbox, command outcomes, agenda, dead letters.
 * A commit is one transaction whose first statement is the fence (G1, G2).
 */
import type pg from "pg";
import type { Uuid } from "../../schemas/ids.ts";
import type { Kind, Topic } from "../../streams/topology.ts";
import type { GatewayName, PageRequest } from "./actor.ts";
import type { ActorStore, Db } from "./actor-store.ts";
import type { Entity } from "./entities.ts";
import { deleteLetters, selectAsked, selectLetters, selectParked, upsertLetters } from "./letter-store.ts";
import {
  type AskedLetterRow,
  type CommandRow,
  DataRefused,
  Fenced,
  type LaterRow,
  type Lease,
  type LetterRow,
  type Opened,
  type RuntimeStore,
  type Writes,
} from "./store.ts";

export type ActorStores = Readonly<Partial<Record<Kind, ActorStore<Entity>>>>;

const SILENCE_MAX_MS = 4_000;

interface PartitionRow {
  epoch: number;
  committed_epoch: number;
  suspect: string | null;
  inbox: Record<string, number>;
  outbox: Record<string, number>;
  cursors: Record<string, string>;
}

export class PostgresStore implements RuntimeStore {
  readonly #pool: pg.Pool;
  readonly #stores: ActorStores;
  readonly #hostId: Uuid;
  readonly #begin: string;

  /**
   * A host that stands still in the middle of a commit (SIGSTOP, lost power) holds the lease's row locked: after
   * `silenceMaxMs` Postgres rolls it back, so that the next owner gets in. The lease's time is right for it.
   */
  constructor(pool: pg.Pool, stores: ActorStores, hostId: Uuid, silenceMaxMs = SILENCE_MAX_MS) {
    this.#pool = pool;
    this.#stores = stores;
    this.#hostId = hostId;
    this.#begin = `begin; set local idle_in_transaction_session_timeout = ${Math.ceil(silenceMaxMs)}`;
  }

  async acquire(kind: Kind, partition: number, seenEpoch: number): Promise<Lease | undefined> {
    const { rows } = await this.#pool.query<{ epoch: number }>(
      `update partitions set owner = $3, epoch = epoch + 1
        where kind = $1 and partition = $2 and epoch = $4 returning epoch`,
      [kind, partition, this.#hostId, seenEpoch],
    );
    return rows[0] === undefined ? undefined : { kind, partition, epoch: rows[0].epoch };
  }

  async release({ kind, partition, epoch }: Lease): Promise<void> {
    await this.#pool.query(
      "update partitions set owner = null where kind = $1 and partition = $2 and epoch = $3",
      [kind, partition, epoch],
    );
  }

  /** Nobody else writes any more: taking the partition has waited for the commit of the owner before, or fenced it. */
  async open(lease: Lease): Promise<Opened> {
    const { kind, partition, epoch } = lease;
    const [position, parked, entities, later] = await Promise.all([
      selectPosition(this.#pool, lease),
      selectParked(this.#pool, lease),
      this.#storeOf(kind).open(this.#pool, partition),
      selectLater(this.#pool, lease),
    ]);
    return {
      position,
      ...parked,
      fruitlessOwners: Math.max(0, epoch - position.committed_epoch - 1),
      suspect: position.suspect ?? undefined,
      entities,
      later,
    };
  }

  load({ kind, partition }: Lease, keys: readonly string[]): Promise<readonly Entity[]> {
    return asked(this.#storeOf(kind).load(this.#pool, partition, keys));
  }

  async page({ kind, partition }: Lease, request: PageRequest): Promise<readonly Entity[]> {
    return (await asked(this.#storeOf(kind).page?.(this.#pool, partition, request))) ?? [];
  }

  async decided(ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, CommandRow>> {
    if (ids.length === 0) return new Map();
    const { rows } = await asked(
      this.#pool.query<DecidedRow>(
        `select id, sender, fingerprint, topic, type, accepted, code, body, trace_id
           from commands where id = any($1::uuid[]) and state = 'done'`,
        [ids],
      ),
    );
    return new Map(rows.map((row) => [row.id, commandOf(row)]));
  }

  letters(lease: Lease, actor: string, limit: number): Promise<readonly LetterRow[]> {
    return selectLetters(this.#pool, lease, actor, limit);
  }

  asked(lease: Lease, ids: readonly Uuid[]): Promise<readonly AskedLetterRow[]> {
    return selectAsked(this.#pool, lease, ids);
  }

  async suspect({ kind, partition, epoch }: Lease, position: string): Promise<number> {
    const { rows } = await this.#pool.query<{ lost_over_it: number }>(
      `update partitions set suspect = $4, suspected_by = owner,
              lost_over_it = case when suspect is distinct from $4 then 0
                                  when suspected_by = owner then lost_over_it else lost_over_it + 1 end
        where kind = $1 and partition = $2 and epoch = $3 returning lost_over_it`,
      [kind, partition, epoch, position],
    );
    if (rows[0] === undefined) throw new Fenced({ kind, partition, epoch });
    return rows[0].lost_over_it;
  }

  async commit(lease: Lease, writes: Writes): Promise<void> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(this.#begin);
      await fence(client, lease, writes);
      await write(client, lease, writes);
      await this.#storeOf(lease.kind).save(client, lease.partition, writes.changed, writes.facts);
      await client.query("commit");
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error));
      throw refusedOr(error);
    } finally {
      // Destroying the connection rolls back whatever is open on it, and never lends it out in an unknown state.
      client.release(broken);
    }
  }

  #storeOf(kind: Kind): ActorStore<Entity> {
    const store = this.#stores[kind];
    if (store === undefined) throw new Error(`no store for actors of kind ${kind}`);
    return store;
  }
}

async function selectPosition(db: Db, lease: Lease): Promise<PartitionRow> {
  const { rows } = await db.query<PartitionRow>(
    `select epoch, committed_epoch, suspect, inbox, outbox, cursors from partitions
      where kind = $1 and partition = $2`,
    [lease.kind, lease.partition],
  );
  if (rows[0]?.epoch !== lease.epoch) throw new Fenced(lease);
  return rows[0];
}

async function selectLater(db: Db, { kind, partition }: Lease): Promise<LaterRow[]> {
  const { rows } = await db.query<{
    id: Uuid;
    due_at: string;
    gateway: GatewayName | null;
    envelope: string;
  }>(
    "select id, due_at, gateway, envelope from later where kind = $1 and partition = $2 order by due_at, id",
    [kind, partition],
  );
  return rows.map(({ id, due_at, gateway, envelope }) => {
    return { id, dueAtMs: Date.parse(due_at), gateway: gateway ?? undefined, envelope };
  });
}

async function fence(db: Db, lease: Lease, { position }: Writes): Promise<void> {
  const { rowCount } = await db.query(
    `update partitions set inbox = $4, outbox = $5, cursors = $6, committed_epoch = epoch, suspect = null
      where kind = $1 and partition = $2 and epoch = $3`,
    [lease.kind, lease.partition, lease.epoch, position.inbox, position.outbox, position.cursors],
  );
  if (rowCount !== 1) throw new Fenced(lease);
}

async function write(db: Db, lease: Lease, writes: Writes): Promise<void> {
  if (writes.outbox.length > 0) await insertOutbox(db, lease, writes);
  if (writes.commands.length > 0) await insertCommands(db, writes.commands);
  if (writes.laterDone.length > 0) {
    await db.query("delete from later where kind = $1 and partition = $2 and id = any($3::uuid[])", [
      lease.kind,
      lease.partition,
      writes.laterDone,
    ]);
  }
  if (writes.laterAdded.length > 0) await insertLater(db, lease, writes.laterAdded);
  if (writes.letters.length > 0) await upsertLetters(db, lease, writes.letters);
  if (writes.lettersDone.length > 0) await deleteLetters(db, writes.lettersDone);
}

async function insertOutbox(db: Db, { kind, partition }: Lease, { outbox }: Writes): Promise<void> {
  await db.query(
    `insert into outbox (kind, partition, topic, topic_partition, sequence, envelope)
     select $1, $2, * from unnest($3::text[], $4::int[], $5::bigint[], $6::text[])`,
    [
      kind,
      partition,
      outbox.map((row) => row.to.topic),
      outbox.map((row) => row.to.partition),
      outbox.map((row) => row.sequence),
      outbox.map((row) => row.envelope),
    ],
  );
}

/** A pending row is the edge's promise (202): the decision fulfils it. A failed one is decided when it is replayed. */
async function insertCommands(db: Db, commands: readonly CommandRow[]): Promise<void> {
  await db.query(
    `insert into commands (id, sender, fingerprint, topic, type, state, accepted, code, body, trace_id, done_at)
     select id, sender, fingerprint, topic, type, 'done', accepted, code, body, trace_id, now()
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::json[], $9::text[])
         as new(id, sender, fingerprint, topic, type, accepted, code, body, trace_id)
     on conflict (id) do update set state = 'done', accepted = excluded.accepted, code = excluded.code,
       body = excluded.body, trace_id = excluded.trace_id, done_at = excluded.done_at, envelope = null
       where commands.state = 'pending' or commands.code = 'unprocessable_message'`,
    [
      commands.map((row) => row.id),
      commands.map((row) => row.sender ?? null),
      commands.map((row) => row.fingerprint),
      commands.map((row) => row.topic),
      commands.map((row) => row.type),
      commands.map((row) => row.accepted),
      commands.map((row) => row.code ?? null),
      commands.map((row) => JSON.stringify(row.body)),
      commands.map((row) => row.traceId),
    ],
  );
}

async function insertLater(db: Db, { kind, partition }: Lease, rows: readonly LaterRow[]): Promise<void> {
  await db.query(
    `insert into later (kind, partition, id, due_at, gateway, envelope)
     select $1, $2, * from unnest($3::uuid[], $4::timestamptz[], $5::text[], $6::text[])`,
    [
      kind,
      partition,
      rows.map((row) => row.id),
      rows.map((row) => new Date(row.dueAtMs).toISOString()),
      rows.map((row) => row.gateway ?? null),
      rows.map((row) => row.envelope),
    ],
  );
}

interface DecidedRow {
  id: string;
  sender: string | null;
  fingerprint: string;
  topic: Topic;
  type: string;
  accepted: boolean;
  code: string | null;
  body: unknown;
  trace_id: string | null;
}

function commandOf(row: DecidedRow): CommandRow {
  const { trace_id, ...rest } = row;
  return { ...rest, sender: row.sender ?? undefined, code: row.code ?? undefined, traceId: trace_id ?? "" };
}

/** A read may be refused for its data too: a key that is no uuid names nothing, now or later. */
async function asked<T>(read: Promise<T>): Promise<T>;
async function asked<T>(read: Promise<T> | undefined): Promise<T | undefined>;
async function asked<T>(read: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    throw refusedOr(error);
  }
}

function refusedOr(error: unknown): unknown {
  return isRefusal(error) ? new DataRefused(String((error as Error).message), { cause: error }) : error;
}

/** Classes 22 (data), 23 (constraint) and 54 (limits): the statement was answered, and would be answered so again. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^(22|23|54)...$/.test(code);
}
