import { expect } from "chai";
import { KINDS, type Kind, readerPartition, streamKey, subscriptions } from "../../../streams/topology.ts";
import { ADMIN, ask, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { Stage } from "./stage.ts";

const PEOPLE = 5;
const TASKS = 20;

describe("redelivery of everything that ever was", function () {
  this.timeout(120_000);
  let stage: Stage;
  let people: Sender[];

  before(async () => {
    stage = await Stage.open();
    await stage.start();
    people = await Promise.all(Array.from({ length: PEOPLE }, (_, n) => register(stage.world, `Popug${n}`)));
    const tasks = await Promise.all(
      Array.from({ length: TASKS }, (_, n) => create(`Task ${n}`, people[n % PEOPLE] as Sender)),
    );
    await ask(stage.world, "task-board", "tasks.shuffle", "shuffle", {}, ADMIN);
    await stage.settled();
    await Promise.all(tasks.slice(0, 8).map((id) => complete(id)));
    await stage.settled();
  });
  after(() => stage.end());

  async function create(title: string, sender: Sender): Promise<string> {
    return (await ask(stage.world, "task-board", "task.create", "new", { title }, sender)).body.id;
  }

  async function complete(taskId: string): Promise<void> {
    const [task] = await stage.rows<{ assignee_id: string }>("select assignee_id from tasks where id = $1", [
      taskId,
    ]);
    const assignee = people.find(({ id }) => id === task?.assignee_id) as Sender;
    const { accepted } = await ask(
      stage.world,
      "task-board",
      "task.complete",
      `task/${taskId}`,
      { taskId },
      assignee,
    );
    expect(accepted).to.equal(true);
  }

  /** Everything anybody may rely on, to the letter. */
  async function books(): Promise<unknown> {
    const [row] = await stage.rows(
      `select (select json_agg(e order by account_id, number) from entries e) as entries,
              (select json_agg(a order by id) from accounts a) as accounts,
              (select json_agg(h order by name, partition) from house_accounts h) as house,
              (select json_agg(t order by number) from tasks t) as tasks,
              (select json_agg(h order by id) from task_history h) as history,
              (select json_agg(c order by id) from commands c) as commands,
              (select json_agg(i order by business_date, partition) from analytics.income i) as income,
              (select json_agg(p order by kind, partition) from (select kind, partition, inbox, outbox from partitions) p) as positions,
              (select count(*) from dead_letters) as dead`,
    );
    return row;
  }

  async function groups(): Promise<{ key: string; group: Kind }[]> {
    const streams = (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
      Array.from({ length: stage.world.company.partitions }, (_, p) =>
        subscriptions(kind, p, stage.world.company.partitions)
          .filter((at) => readerPartition(kind, at) === p)
          .map((at) => ({ key: streamKey(at), group: kind })),
      ).flat(),
    );
    return [...new Map(streams.map((each) => [`${each.key} ${each.group}`, each])).values()];
  }

  /** Until every group has read its streams to the end and acknowledged all of it. */
  async function drained(): Promise<void> {
    for (const { key, group } of await groups()) {
      await until(async () => {
        const [info, all] = await Promise.all([
          stage.world.redis.xinfo("STREAM", key),
          stage.world.redis.xinfo("GROUPS", key),
        ]);
        const own = (all as unknown[][]).map(fields).find((each) => each.name === group);
        return (
          own?.pending === 0 && own["last-delivered-id"] === fields(info as unknown[])["last-generated-id"]
        );
      }, `${group} has read ${key}`);
    }
  }

  async function expectOneFeePerAssignment(): Promise<void> {
    const [row] = await stage.rows(
      `select (select count(*) from entries where kind = 'fee') as fees,
              (select count(*) from task_history where kind = 'assigned') as assignments,
              (select count(*) from entries where kind = 'reward') as rewards,
              (select count(*) from (select distinct task_id, amount from entries where kind = 'fee') d) as prices`,
    );
    expect(row?.fees).to.equal(row?.assignments);
    expect(row).to.include({ rewards: 8, prices: TASKS });
    expect(await stage.sum()).to.equal(0);
  }

  it("G3 ACC-1 ACC-4: all acknowledgements lost: every group reads everything again, and nothing changes", async () => {
    await drained();
    const before = await books();
    for (const { key, group } of await groups()) await stage.world.redis.xgroup("SETID", key, group, "0");
    await drained();
    await stage.settled();
    expect(await books()).to.deep.equal(before);
    await expectOneFeePerAssignment();
  });

  it("G3 ACC-4: all of it pending from the owner before: the next owner drains it, and nothing changes", async () => {
    await stage.stopAll();
    const before = await books();
    for (const { key, group } of await groups()) {
      await stage.world.redis.xgroup("SETID", key, group, "0");
      await stage.world.redis.xreadgroup("GROUP", group, "owner", "COUNT", 10_000, "STREAMS", key, ">");
    }
    await stage.start();
    await drained();
    await stage.settled();
    expect(await books()).to.deep.equal(before);
    await expectOneFeePerAssignment();
  });

  it("G3 G6: Redis empty and every fact sent again by hand from number 1: nothing changes", async () => {
    const copies = await Promise.all(
      (await groups()).map(async ({ key }) => [key, await stage.world.redis.xrange(key, "-", "+")] as const),
    );
    const before = await books();
    await stage.stopAll();
    await stage.world.redis.flushdb();
    for (const [key, entries] of new Map(copies)) {
      for (const [, pair] of entries) await stage.world.redis.xadd(key, "*", ...pair);
    }
    await stage.start();
    await drained();
    await stage.settled();
    expect(await books()).to.deep.equal(before);
  });

  it("G3: an owner that took entries with it by the same name, and never decided them, delays them and no more", async () => {
    const key = streamKey({ topic: "task-board", partition: 0 });
    // The thief reads as an owner paused past its lease does: by the constant consumer name, between two reads of the owner.
    const thief = stage.world.connect("blocking");
    await thief.connect();
    const stolen = await stealOne(thief, key).finally(() => thief.disconnect());
    expect(stolen).to.equal(1);
    await until(
      async () => (await stage.count("select from tasks where title like 'Stolen%'")) >= 1,
      "it is found",
      12_000,
    );
    await stage.settled();
    expect(await stage.sum()).to.equal(0);
  });

  async function stealOne(thief: ReturnType<typeof stage.world.connect>, key: string): Promise<number> {
    const [{ creation }, { newUuid }] = await Promise.all([
      import("./said-by.ts"),
      import("../../../schemas/ids.ts"),
    ]);
    const payload = creation(`Stolen ${newUuid()}`, people[0] as Sender);
    // Append and read in one step of Redis: nobody comes in between.
    const answer = await thief
      .multi()
      .xadd(key, "*", "e", payload)
      .xreadgroup("GROUP", "task-board", "owner", "COUNT", 1, "STREAMS", key, ">")
      .exec();
    return ((answer?.[1]?.[1] as [string, unknown[]][] | null)?.[0]?.[1] ?? []).length;
  }
});

function fields(list: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(list.flatMap((value, n) => (n % 2 === 0 ? [[String(value), list[n + 1]]] : [])));
}
