import { expect } from "chai";
import { targetOf } from "../../../actors/runtime/placement.ts";
import { PostgresStore } from "../../../actors/runtime/postgres-store.ts";
import { Fenced, type Lease, type Writes } from "../../../actors/runtime/store.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import { newUuid, type Uuid } from "../../../schemas/ids.ts";
import type { Kind } from "../../../streams/topology.ts";
import { register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { append, creation } from "./said-by.ts";
import { Stage, storeWith } from "./stage.ts";

/** Partitions of a kind that no host knows: nobody takes them but the test. */
const NOBODYS = "nobody" as Kind;
const STORES = { [NOBODYS]: ACTORS.scheduler.store };

const NOTHING: Writes = {
  position: { inbox: { stolen: 1 }, outbox: { stolen: 1 }, cursors: {} },
  outbox: [],
  commands: [],
  laterAdded: [],
  laterDone: [],
  letters: [],
  lettersDone: [],
  changed: [],
  facts: [],
  noted: undefined,
};

describe("the fence", function () {
  this.timeout(120_000);
  let stage: Stage;
  let popug: Sender;
  const fenced: Kind[] = [];
  let refuseCommitOf: Kind | undefined;

  before(async () => {
    stage = await Stage.open();
    const store = storeWith((real) => ({
      async commit(lease, writes) {
        if (lease.kind !== refuseCommitOf) return real.commit(lease, writes);
        throw new Error("the connection was lost");
      },
    }));
    await stage.start({ fenced: (kind) => fenced.push(kind), store });
    popug = await register(stage.world, "Popug");
    await stage.settled();
  });
  after(() => stage.end());

  const owner = async (kind: Kind, partition = 0) =>
    (
      await stage.rows<{ owner: Uuid | null; epoch: number }>(
        "select owner, epoch from partitions where kind = $1 and partition = $2",
        [kind, partition],
      )
    )[0];

  /** A host that lives for the others, and gets nothing: it drains. */
  async function bystander(): Promise<Uuid> {
    const id = newUuid();
    await stage.world.pool.query(
      "insert into hosts (id, name, draining, beat_at) values ($1, 'bystander', true, now() + interval '1 hour')",
      [id],
    );
    return id;
  }

  it("G2: an owner whose epoch was raised behind its back commits nothing, and gives the partition up", async () => {
    const thief = await bystander();
    await stage.world.pool.query(
      "update partitions set owner = $1, epoch = epoch + 1 where kind = 'task-board'",
      [thief],
    );
    const before = await stage.rows(
      "select inbox, outbox, cursors, epoch from partitions where kind = 'task-board'",
    );
    const id = newUuid();
    await append(stage.world, "task-board", creation("Whose is it", popug, id));
    await until(async () => fenced.includes("task-board"), "it is fenced");
    expect(await stage.count("select from commands where id = $1", [id])).to.equal(0);
    expect(await stage.count("select from tasks")).to.equal(0);
    expect(
      await stage.rows("select inbox, outbox, cursors, epoch from partitions where kind = 'task-board'"),
    ).to.deep.equal(before);
    expect((await owner("task-board"))?.owner, "nobody takes from a living host").to.equal(thief);

    await stage.world.pool.query("delete from hosts where id = $1", [thief]);
    await until(
      async () => (await stage.count("select from commands where id = $1", [id])) === 1,
      "it is decided",
    );
    await stage.settled();
    expect(await stage.count("select from tasks")).to.equal(1);
    expect(await stage.count("select from entries where kind = 'fee'")).to.equal(1);
  });

  it("G2: of many hosts that acquire at once one wins, and what the others commit is Fenced", async () => {
    await stage.world.pool.query("insert into partitions (kind, partition) values ('nobody', 99)");
    const stores = Array.from({ length: 10 }, () => new PostgresStore(stage.world.pool, STORES, newUuid()));
    for (let epoch = 0; epoch < 5; epoch++) {
      const leases = await Promise.all(stores.map((store) => store.acquire(NOBODYS, 99, epoch)));
      const won = leases.filter((lease) => lease !== undefined);
      expect(won).to.deep.equal([{ kind: NOBODYS, partition: 99, epoch: epoch + 1 }]);
    }
    const stale: Lease = { kind: NOBODYS, partition: 99, epoch: 4 };
    const [store] = stores;
    const refusal = await store?.commit(stale, NOTHING).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(Fenced);
    expect(await store?.open(stale).catch((error: unknown) => error)).to.be.instanceOf(Fenced);
    await store?.release(stale);
    const [row] = await stage.rows(
      "select inbox, owner is null as free from partitions where partition = 99",
    );
    expect(row).to.deep.equal({ inbox: {}, free: false });
    await stage.world.pool.query("delete from partitions where partition = 99");
  });

  it("G2: an acquire waits for the commit under way of the owner before, and finds it whole", async () => {
    const client = await stage.world.pool.connect();
    await stage.world.pool.query("insert into partitions (kind, partition, epoch) values ('nobody', 98, 7)");
    await client.query("begin");
    await client.query("update partitions set inbox = '{\"a\": 1}' where partition = 98 and epoch = 7");
    const store = new PostgresStore(stage.world.pool, STORES, newUuid());
    let acquired = false;
    const taking = store.acquire(NOBODYS, 98, 7).then((lease) => {
      acquired = true;
      return lease;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(acquired).to.equal(false);
    await client.query("commit");
    client.release();
    const lease = await taking;
    expect(lease?.epoch).to.equal(8);
    expect((await store.open(lease as Lease)).position.inbox).to.deep.equal({ a: 1 });
    await stage.world.pool.query("delete from partitions where partition = 98");
  });

  it("G2: a partition that was lost while its target changed is given free, not kept by a host that does not run it", async () => {
    const me = (await owner("task-board"))?.owner as Uuid;
    // A commit of unknown outcome loses the partition; before it is taken again its target is another host.
    refuseCommitOf = "task-board";
    const board = idThatWins("task-board/0", me);
    await append(stage.world, "task-board", creation("In between", popug));
    await until(async () => (await owner("task-board"))?.owner === me, "it is ours on paper");
    await new Promise((resolve) => setTimeout(resolve, 100));
    refuseCommitOf = undefined;
    await stage.start({ id: board });
    await until(async () => (await owner("task-board"))?.owner === board, "its new target has it", 5_000);
    await stage.settled();
  });

  function idThatWins(name: string, against: Uuid): Uuid {
    for (;;) {
      const id = newUuid();
      if (targetOf(name, [against, id]) === id) return id;
    }
  }
});
