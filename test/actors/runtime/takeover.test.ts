import { expect } from "chai";
import type { Gateway } from "../../../actors/runtime/gateway.ts";
import type { Host } from "../../../actors/runtime/host.ts";
import { targetOf } from "../../../actors/runtime/placement.ts";
import { newUuid, type Uuid } from "../../../schemas/ids.ts";
import type { RedisFactory } from "../../../streams/connection.ts";
import type { Kind } from "../../../streams/topology.ts";
import { ask, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { append, creation } from "./said-by.ts";
import { type Changes, Stage, sleep, storeWith } from "./stage.ts";

/** So rare that nothing in these tests happens by a beat: only by what hosts tell each other. */
const RARE_BEATS = { ATES_BEAT_EVERY_MS: "20000", ATES_LEASE_TTL_MS: "60000" };
const SOON_MS = 5_000;

describe("hand-over on join and leave", function () {
  this.timeout(120_000);
  let stage: Stage;
  let total: number;

  before(async () => {
    stage = await Stage.open(RARE_BEATS);
    total = await stage.count("select from partitions");
  });
  after(() => stage.end());
  afterEach(() => stage.stopAll());

  const ids = (): [Uuid, Uuid] => [newUuid(), newUuid()];
  const shareOf = async (id: Uuid, among: readonly Uuid[]) =>
    (await stage.rows<{ name: string }>("select kind || '/' || partition as name from partitions")).filter(
      ({ name }) => targetOf(name, among) === id,
    ).length;

  it("OPS-2: a host that joins has its share, and on its stop the others have it, without a beat in between", async () => {
    const [first, second] = ids();
    const staying = await stage.start({ id: first });
    const joining = await stage.start({ id: second });
    const share = await shareOf(second, [first, second]);
    await until(async () => joining.ownedCount === share, "the joining host has its share", SOON_MS);
    expect(staying.ownedCount).to.equal(total - share);
    await joining.stop();
    await until(async () => staying.ownedCount === total, "the staying host has all", SOON_MS);
    expect(await stage.count("select from partitions where owner is distinct from $1", [first])).to.equal(0);
  });

  it("OPS-2: partitions go one at a time: while one is taken slowly, the rest stay at work", async () => {
    const [first, second] = ids();
    const staying = await stage.start({ id: first });
    const share = await shareOf(second, [first, second]);
    const heldMeanwhile: number[] = [];
    const slowly = storeWith((real) => ({
      async acquire(kind, partition, epoch) {
        const held = staying.ownedCount;
        await sleep(30);
        const lease = await real.acquire(kind, partition, epoch);
        // A look may ask for what is just being given to it as well, and gets nothing.
        if (lease !== undefined) heldMeanwhile.push(held);
        return lease;
      },
    }));
    const joining = await stage.start({ id: second, store: slowly });
    await until(async () => joining.ownedCount === share, "the joining host has its share", SOON_MS);
    expect(heldMeanwhile).to.deep.equal(Array.from({ length: share }, (_, taken) => total - taken - 1));
  });

  it("a joining host that does not hear takes its share at its next look: a lost word costs a beat, no more", async () => {
    const deaf: RedisFactory = (use) => {
      const redis = stage.world.connect(use);
      if (use === "subscriber") redis.subscribe = async () => 1;
      return redis;
    };
    const [first, second] = ids();
    await stage.start({ id: first });
    const share = await shareOf(second, [first, second]);
    const joining = await stage.start({ id: second, connect: deaf, limits: { beatEveryMs: 200 } });
    await until(async () => joining.ownedCount === share, "the joining host has its share", 20_000);
  });

  it("a word of a lease that is not current takes nothing", async () => {
    const [first] = ids();
    const host = await stage.start({ id: first });
    const before = await stage.rows("select kind, partition, owner, epoch from partitions order by 1, 2");
    const [board] = await stage.rows<{ epoch: number }>(
      "select epoch from partitions where kind = 'task-board'",
    );
    for (const epoch of [(board?.epoch ?? 0) - 1, (board?.epoch ?? 0) + 1]) {
      const lease = { kind: "task-board", partition: 0, epoch };
      await stage.world.redis.publish("ates:placement", JSON.stringify({ to: first, lease }));
    }
    await sleep(200);
    expect(host.ownedCount).to.equal(total);
    expect(
      await stage.rows("select kind, partition, owner, epoch from partitions order by 1, 2"),
    ).to.deep.equal(before);
  });
});

describe("a zombie: an owner that is taken for dead, and is not", function () {
  this.timeout(120_000);
  let stage: Stage;
  let popug: Sender;
  const fenced: Kind[] = [];

  beforeEach(async () => {
    stage = await Stage.open();
    fenced.length = 0;
  });
  afterEach(() => stage.end());

  /** It holds everything, beats no more, and works on: as one whose process stood still in the middle of things. */
  async function zombie(changes: Changes): Promise<Host> {
    const host = await stage.start({
      ...changes,
      limits: { beatEveryMs: 60_000, leaseTtlMs: 60_000 },
      fenced: (kind) => fenced.push(kind),
    });
    popug = await register(stage.world, "Popug");
    await stage.settled();
    return host;
  }

  const takenOver = (host: Host) =>
    until(async () => host.ownedCount === (await stage.count("select from partitions")), "all is taken over");

  it("G2 G3: a commit that comes late rolls back, and what the zombie had taken is decided once, by the new owner", async () => {
    const late = Promise.withResolvers<void>();
    let reached = 0;
    let isHeld = false;
    const store = storeWith((real) => ({
      async commit(lease, writes) {
        if (isHeld && lease.kind === "task-board") {
          reached += 1;
          await late.promise;
        }
        return real.commit(lease, writes);
      },
    }));
    await zombie({ store });
    isHeld = true;
    const sent = Array.from({ length: 20 }, () => newUuid());
    for (const id of sent) await append(stage.world, "task-board", creation("Whose is it", popug, id));
    await until(async () => reached > 0, "the zombie is about to commit");
    const living = await stage.start();
    await takenOver(living);
    const decided = () => stage.count("select from commands where id = any($1::uuid[])", [sent]);
    await until(async () => (await decided()) === sent.length, "the new owner decides all of it");
    const epochs = await stage.rows("select kind, partition, epoch from partitions order by 1, 2");
    late.resolve();
    await until(async () => fenced.includes("task-board"), "the late commit is fenced");
    await stage.settled();
    expect(await stage.count("select from tasks")).to.equal(sent.length);
    expect(await stage.count("select from entries where kind = 'fee'")).to.equal(sent.length);
    expect(await stage.count("select distinct task_id from entries")).to.equal(sent.length);
    expect(await stage.count("select from dead_letters")).to.equal(0);
    expect(await stage.sum()).to.equal(0);
    expect(await stage.rows("select kind, partition, epoch from partitions order by 1, 2")).to.deep.equal(
      epochs,
    );
  });

  it("G5: entries that the zombie takes after the takeover reach the new owner, and are decided once", async () => {
    await zombie({});
    const living = await stage.start();
    await takenOver(living);
    const sent = Array.from({ length: 40 }, () => newUuid());
    for (const id of sent) {
      await append(stage.world, "task-board", creation("Between two readers", popug, id));
      await sleep(5);
    }
    const decided = () => stage.count("select from commands where id = any($1::uuid[])", [sent]);
    await until(async () => (await decided()) === sent.length, "all of it is decided", 15_000);
    await stage.settled();
    expect(await stage.count("select from tasks")).to.equal(sent.length);
    expect(await stage.count("select from entries where kind = 'fee'")).to.equal(sent.length);
    expect(await stage.sum()).to.equal(0);
  });

  it("PAY-1 G2: the provider is asked again under the payout's id, and only the new owner's answer counts", async () => {
    const late = Promise.withResolvers<void>();
    const asked: string[] = [];
    const provider = (outcome: "paid" | "refused", before?: Promise<void>): Gateway => ({
      async call(request) {
        if (request.type !== "payment.submit")
          throw new Error(`expected payment.submit, got ${request.type}`);
        const { payoutId } = request.data;
        asked.push(payoutId);
        await before;
        return { type: "payment.answered", data: { payoutId, outcome } };
      },
    });
    const mail: Gateway = {
      async call(request) {
        if (request.type !== "mail.deliver") throw new Error(`expected mail.deliver, got ${request.type}`);
        const { mailId, ...mail } = request.data;
        return { type: "mail.answered", data: { mailId, outcome: "sent", mail } };
      },
    };
    await zombie({ gateways: { mail, payment: provider("refused", late.promise) } });
    await earn();
    await until(async () => asked.length === 1, "the zombie asks the provider");
    const living = await stage.start({ gateways: { mail, payment: provider("paid") } });
    await takenOver(living);
    const settled = () => stage.count("select from payouts where state = 'settled'");
    await until(async () => (await settled()) === 1, "the new owner's answer settles the payout");
    late.resolve();
    await sleep(500); // the zombie commits nothing of its late answer
    await stage.settled();
    expect(asked).to.have.length(2);
    expect(new Set(asked).size, "one id").to.equal(1);
    expect(await settled()).to.equal(1);
    expect(await stage.count("select from entries where kind = 'payout'")).to.equal(1);
    expect(await stage.count("select from entries where kind = 'payout-return'")).to.equal(0);
    expect(await stage.sum()).to.equal(0);
  });

  /** A reward of the day, and the end of that day. */
  async function earn(): Promise<void> {
    const { body } = await ask(stage.world, "task-board", "task.create", "new", { title: "Sing" }, popug);
    await ask(stage.world, "task-board", "task.complete", `task/${body.id}`, { taskId: body.id }, popug);
    const accountant: Sender = { id: newUuid() as Sender["id"], role: "accountant" };
    const { firstDate } = stage.world.company;
    await ask(stage.world, "task-board", "day.close", "day", { businessDate: firstDate }, accountant);
  }
});
