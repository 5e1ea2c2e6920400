/**
 * The runtime's store in Postgres: leases with their positions, outbox, command outcomes, agenda, dead letters.
 * A commit is one statement, the fence in it (G1, G2); partitions that commit at the same time share it.
 */
import pg from "pg";
import type { Uuid } from "../../schemas/ids.ts";
import type { Kind, Topic } from "../../streams/topology.ts";
import type { GatewayName, PageRequest } from "./actor.ts";
import type { ActorStore, Db } from "./actor-store.ts";
import { type Commit, fenceOf, IN_HAND, NOT_HELD, oneStatement, writesOf } from "./commit-store.ts";
import type { Entity } from "./entities.ts";
import { GroupCommit } from "./group-commit.ts";
import { selectAsked, selectLetters, selectParked } from "./letter-store.ts";
import type { Statement } from "./statement.ts";
import {
  type AskedLetterRow,
  type CommandRow,
  DataRefused,
  type Decided,
  Fenced,
  type Lease,
  type LetterRow,
  type Opened,
  type RuntimeStore,
  type WaitingRow,
  type Writes,
} from "./store.ts";

export type ActorStores = Readonly<Partial<Record<Kind, ActorStore<Entity>>>>;

/** Commits of a kind at a time: two keep Postgres busy while this process decides what comes next. */
const COMMITS_MAX = 2;

interface PartitionRow {
  epoch: number;
  suspects: readonly string[];
  inbox: Record<string, number>;
  outbox: Record<string, number>;
  cursors: Record<string, string>;
}

export class PostgresStore implements RuntimeStore {
  readonly #pool: pg.Pool;
  readonly #stores: ActorStores;
  readonly #hostId: Uuid;
  readonly #commits = new Map<Kind, GroupCommit<Commit>>();

  constructor(pool: pg.Pool, stores: ActorStores, hostId: Uuid) {
    this.#pool = pool;
    this.#stores = stores;
    this.#hostId = hostId;
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
    const { kind, partition } = lease;
    const [position, parked, entities, later] = await Promise.all([
      selectPosition(this.#pool, lease),
      selectParked(this.#pool, lease),
      this.#storeOf(kind).open(this.#pool, partition),
      selectLater(this.#pool, lease),
    ]);
    return {
      position,
      ...parked,
      suspects: position.suspects,
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

  async decided(ids: readonly Uuid[]): Promise<Decided> {
    if (ids.length === 0) return { outcomes: new Map(), promised: new Map() };
    const { rows } = await asked(
      this.#pool.query<DecidedRow>({
        name: "decided",
        text: `select id, sender, fingerprint, topic, type, state, accepted, code, body, trace_id
                 from commands where id = any($1::uuid[])`,
        values: [ids],
      }),
    );
    const { done = [], pending = [] } = Object.groupBy(rows, ({ state }) => state);
    return {
      outcomes: new Map(done.map((row) => [row.id, commandOf(row)])),
      promised: new Map(pending.map(({ id, fingerprint }) => [id, fingerprint])),
    };
  }

  async calls({ kind, partition }: Lease, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, string>> {
    const { rows } = await this.#pool.query<{ id: Uuid; envelope: string }>({
      name: "calls",
      text: "select id, envelope from later where kind = $1 and partition = $2 and id = any($3::uuid[])",
      values: [kind, partition, ids],
    });
    return new Map(rows.map(({ id, envelope }) => [id, envelope]));
  }

  letters(lease: Lease, actor: string, limit: number): Promise<readonly LetterRow[]> {
    return selectLetters(this.#pool, lease, actor, limit);
  }

  asked(lease: Lease, ids: readonly Uuid[]): Promise<readonly AskedLetterRow[]> {
    return selectAsked(this.#pool, lease, ids);
  }

  async hold({ kind, partition, epoch }: Lease, positions: readonly string[]): Promise<void> {
    const { rowCount } = await this.#pool.query({
      name: "hold",
      text: `update partitions set suspects = suspects || jsonb_build_object('${IN_HAND}', $4::text[])
              where kind = $1 and partition = $2 and epoch = $3`,
      values: [kind, partition, epoch, positions],
    });
    if (rowCount !== 1) throw new Fenced({ kind, partition, epoch });
  }

  async suspect({ kind, partition, epoch }: Lease, position: string): Promise<number> {
    const { rows } = await this.#pool.query<{ lost: number }>(
      `update partitions set suspects = suspects || jsonb_build_object($4::text, jsonb_build_object(
              'by', owner,
              'lost', case when suspects ? $4 then (suspects #>> array[$4, 'lost'])::int
                                                   + (suspects #>> array[$4, 'by'] <> owner::text)::int else 0 end))
        where kind = $1 and partition = $2 and epoch = $3 returning (suspects #>> array[$4, 'lost'])::int as lost`,
      [kind, partition, epoch, position],
    );
    if (rows[0] === undefined) throw new Fenced({ kind, partition, epoch });
    return rows[0].lost;
  }

  async commit(lease: Lease, writes: Writes): Promise<void> {
    try {
      await this.#commitsOf(lease.kind).add({ lease, writes });
    } catch (error) {
      throw refusedOr(error);
    }
  }

  /** One statement is its own transaction: nothing of it can be left half-way, and it is answered in one round trip. */
  async #write(group: readonly Commit[]): Promise<void> {
    const commit = oneStatement(fenceOf(group), [...writesOf(group), ...this.#savesOf(group)]);
    try {
      await this.#pool.query(commit);
    } catch (error) {
      throw codeOf(error) === NOT_HELD ? new Fenced((group[0] as Commit).lease) : error;
    }
  }

  #savesOf(group: readonly Commit[]): readonly Statement[] {
    const saves = group.map(({ lease: { partition }, writes: { changed, facts } }) => {
      return { partition, changed, facts };
    });
    return group[0] === undefined ? [] : this.#storeOf(group[0].lease.kind).save(saves);
  }

  /** Of each kind for itself, so that there are few different statements to prepare. */
  #commitsOf(kind: Kind): GroupCommit<Commit> {
    const known = this.#commits.get(kind);
    if (known !== undefined) return known;
    const commit = (group: readonly Commit[]) => this.#write(group);
    const commits = new GroupCommit({ commit, isRefusal: isRolledBack, underWayMax: COMMITS_MAX });
    this.#commits.set(kind, commits);
    return commits;
  }

  #storeOf(kind: Kind): ActorStore<Entity> {
    const store = this.#stores[kind];
    if (store === undefined) throw new Error(`no store for actors of kind ${kind}`);
    return store;
  }
}

async function selectPosition(db: Db, lease: Lease): Promise<PartitionRow> {
  const { rows } = await db.query<PartitionRow>(
    `select epoch, inbox, outbox, cursors,
            array(select jsonb_object_keys(suspects - '${IN_HAND}')
                  union select jsonb_array_elements_text(suspects -> '${IN_HAND}')) as suspects
       from partitions
      where kind = $1 and partition = $2`,
    [lease.kind, lease.partition],
  );
  if (rows[0]?.epoch !== lease.epoch) throw new Fenced(lease);
  return rows[0];
}

async function selectLater(db: Db, { kind, partition }: Lease): Promise<WaitingRow[]> {
  const { rows } = await db.query<{
    id: Uuid;
    due_at: string;
    gateway: GatewayName | null;
    envelope: string | null;
  }>(
    `select id, due_at, gateway, case when gateway is null then envelope end as envelope
       from later where kind = $1 and partition = $2 order by due_at, id`,
    [kind, partition],
  );
  return rows.map(({ id, due_at, gateway, envelope }) => {
    return {
      id,
      dueAtMs: Date.parse(due_at),
      gateway: gateway ?? undefined,
      envelope: envelope ?? undefined,
    };
  });
}

interface DecidedRow {
  id: string;
  sender: string | null;
  fingerprint: string;
  topic: Topic;
  type: string;
  state: "pending" | "done";
  accepted: boolean;
  code: string | null;
  body: unknown;
  trace_id: string | null;
}

function commandOf(row: DecidedRow): CommandRow {
  const { trace_id, state: _, ...rest } = row;
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
  return /^(22|23|54)...$/.test(codeOf(error));
}

/**
 * Postgres has answered with an error, or the fence has: nothing of the transaction is there. By the code, for the
 * severity comes in the server's language; 08, 25P and 57P end the connection, and what was committed is unknown.
 */
function isRolledBack(error: unknown): boolean {
  const isAnswered = error instanceof pg.DatabaseError && !/^(08|25P|57P)/.test(codeOf(error));
  return error instanceof Fenced || isAnswered;
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}
