import { expect } from "chai";
import pg from "pg";
import { GroupCommit } from "../../../actors/runtime/group-commit.ts";
import { PostgresStore } from "../../../actors/runtime/postgres-store.ts";
import {
  DataRefused,
  Fenced,
  type Lease,
  type OutboxRow,
  type Writes,
} from "../../../actors/runtime/store.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import { newUuid } from "../../../schemas/ids.ts";
import type { Kind } from "../../../streams/topology.ts";
import { writes } from "../../simulation/store/under-test.ts";
import { newWorld, type World } from "../../support/world.ts";

/** Partitions of a kind that no host knows: nobody takes them but the test. */
const NOBODYS = "nobody" as Kind;
const PARTITIONS = 8;

describe("partitions that commit at the same time", () => {
  let world: World;
  let store: PostgresStore;
  let leases: Lease[];

  beforeEach(async () => {
    world = await newWorld();
    store = new PostgresStore(world.pool, { [NOBODYS]: ACTORS.scheduler.store }, newUuid());
    leases = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await world.pool.query("insert into partitions (kind, partition) values ('nobody', $1)", [partition]);
      leases.push((await store.acquire(NOBODYS, partition, 0)) as Lease);
    }
  });
  afterEach(() => world.end());

  const row = (sequence: number): OutboxRow => ({
    to: { topic: "notices", partition: 0 },
    sequence,
    envelope: JSON.stringify({ said: 'a "quoted" line\nand \\ another' }),
  });
  const moved = (changes: Partial<Writes> = {}) =>
    writes({ position: { inbox: { moved: 1 }, outbox: {}, cursors: {} }, outbox: [row(1)], ...changes });
  const commitAll = (of: (at: number) => Writes = () => moved()) =>
    Promise.all(leases.map((lease, at) => store.commit(lease, of(at)).catch((error: unknown) => error)));
  const rows = async () =>
    (
      await world.pool.query<{ partition: number; transaction: string; moved: number | null; sent: number }>(
        `select p.partition, p.xmin::text as transaction, (p.inbox ->> 'moved')::int as moved, count(o.*)::int as sent
           from partitions p left join outbox o on o.kind = p.kind and o.partition = p.partition
          where p.kind = 'nobody' group by p.partition, p.xmin, p.inbox order by p.partition`,
      )
    ).rows;

  it("G1: share a transaction, all but those that found room at once; everything of each is there", async () => {
    expect(await commitAll()).to.deep.equal(Array(PARTITIONS).fill(undefined));
    const committed = await rows();
    expect(committed.map(({ moved, sent }) => [moved, sent])).to.deep.equal(Array(PARTITIONS).fill([1, 1]));
    expect(new Set(committed.map(({ transaction }) => transaction)).size).to.be.below(PARTITIONS / 2);
    const { rows: kept } = await world.pool.query<{ envelope: string }>("select envelope from outbox");
    expect(kept.map(({ envelope }) => envelope)).to.deep.equal(Array(PARTITIONS).fill(row(1).envelope));
  });

  it("G2: one that is fenced falls alone, wherever it stands among them", async () => {
    for (const [round, lost] of [0, 4, PARTITIONS - 1].entries()) {
      await world.pool.query(
        "update partitions set epoch = epoch + 1 where kind = 'nobody' and partition = $1",
        [lost],
      );
      const outcomes = await commitAll(() => moved({ outbox: [row(round + 1)] }));
      expect(outcomes.map((outcome) => outcome instanceof Fenced)).to.deep.equal(
        leases.map((_, at) => at === lost),
      );
      expect((outcomes[lost] as Fenced).message).to.include(`nobody/${lost} `);
      leases[lost] = { ...(leases[lost] as Lease), epoch: (leases[lost] as Lease).epoch + 1 };
    }
    const sent = (await rows()).map(({ sent }) => sent);
    expect(sent).to.deep.equal(leases.map((_, at) => ([0, 4, PARTITIONS - 1].includes(at) ? 2 : 3)));
  });

  it("G8: one whose data Postgres refuses falls alone, and nothing of it is there", async () => {
    const refused = { outbox: [row(1), row(1)] };
    const outcomes = await commitAll((at) => moved(at === 5 ? refused : {}));
    expect(outcomes.map((outcome) => outcome instanceof DataRefused)).to.deep.equal(
      leases.map((_, at) => at === 5),
    );
    expect((await rows()).map(({ moved, sent }) => [moved, sent])).to.deep.equal(
      leases.map((_, at) => (at === 5 ? [null, 0] : [1, 1])),
    );
  });

  it("G2: an outcome that is unknown is told to all of them, and is neither a fence nor a refusal", async () => {
    const blocker = await world.pool.connect();
    await blocker.query("begin; select from partitions where kind = 'nobody' for update");
    const all = commitAll();
    const waiting =
      "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    for (const ended = new Set<number>(); ended.size < 3; ) {
      const { rows: stuck } = await world.pool.query<{ pid: number }>(waiting);
      for (const { pid } of stuck) {
        ended.add(pid);
        await world.pool.query("select pg_terminate_backend($1)", [pid]);
      }
    }
    await blocker.query("commit");
    blocker.release();
    const outcomes = await all;
    for (const outcome of outcomes) {
      expect(outcome).to.be.instanceOf(Error).and.not.instanceOf(Fenced).and.not.instanceOf(DataRefused);
    }
    expect((await rows()).map(({ moved, sent }) => [moved, sent])).to.deep.equal(
      Array(PARTITIONS).fill([null, 0]),
    );
  });

  it("G2: of two hosts that both believe in their leases one transaction wins, none is half there", async () => {
    const other = new PostgresStore(world.pool, { [NOBODYS]: ACTORS.scheduler.store }, newUuid());
    const taken = await Promise.all(
      leases.map(({ kind, partition, epoch }, at) =>
        at % 2 === 0 ? other.acquire(kind, partition, epoch) : undefined,
      ),
    );
    const [ours, theirs] = await Promise.all([
      commitAll(),
      Promise.all(taken.map((lease) => lease && other.commit(lease, moved()))),
    ]);
    expect(ours.map((outcome) => outcome instanceof Fenced)).to.deep.equal(
      leases.map((_, at) => at % 2 === 0),
    );
    expect(theirs).to.deep.equal(Array(PARTITIONS).fill(undefined));
    expect((await rows()).map(({ sent }) => sent)).to.deep.equal(Array(PARTITIONS).fill(1));
  });
});

describe("a group commit", () => {
  it("begins at once while there is room, and takes everything that waits into the next", async () => {
    const groups: number[][] = [];
    const ends: (() => void)[] = [];
    const commits = new GroupCommit<number>({
      commit: (group) => {
        groups.push([...group]);
        return new Promise((resolve) => ends.push(resolve));
      },
      isRefusal: () => false,
      underWayMax: 2,
    });
    const all = [1, 2, 3, 4, 5].map((work) => commits.add(work));
    expect(groups).to.deep.equal([[1], [2]]);
    ends[0]?.();
    await all[0];
    expect(groups).to.deep.equal([[1], [2], [3, 4, 5]]);
    for (const end of ends) end();
    await Promise.all(all);
    const later = commits.add(6);
    expect(groups.at(-1)).to.deep.equal([6]);
    ends.at(-1)?.();
    await later;
  });

  it("that is refused is tried one by one, and nothing else begins in its place meanwhile", async () => {
    const tried: number[][] = [];
    const refusal = new pg.DatabaseError("refused", 0, "error");
    const commits = new GroupCommit<number>({
      commit: async (group) => {
        tried.push([...group]);
        await Promise.resolve();
        if (group.includes(3)) throw refusal;
      },
      isRefusal: (error) => error === refusal,
      underWayMax: 1,
    });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((work) => commits.add(work)));
    expect(tried).to.deep.equal([[1], [2, 3, 4], [2], [3], [4]]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });
});
