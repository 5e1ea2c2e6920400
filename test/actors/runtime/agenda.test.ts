import { expect } from "chai";
import type { GatewayName } from "../../../actors/runtime/actor.ts";
import type { GatewayAnswer } from "../../../actors/runtime/gateway.ts";
import { targetOf } from "../../../actors/runtime/placement.ts";
import { outsideEnvelope } from "../../../ops/promise-command.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import { newUuid, type Uuid } from "../../../schemas/ids.ts";
import { until } from "../../support/world.ts";
import { type AnyActor, type Changes, Stage, sleep, storeWith } from "./stage.ts";

/** The scheduler reads no stream: in its place an actor that only writes down what comes from its agenda. */
class Notebook {
  readonly seen: string[] = [];

  readonly actor: AnyActor = {
    ...ACTORS.scheduler.actor,
    handles: new Set(["cutoff.reached", "mail.answered"] as const),
    decide: (_state, message) => {
      this.seen.push(message.type === "mail.answered" ? `answer to ${message.causationid}` : message.id);
      return { accepted: true, facts: [] };
    },
  };
}

/** A gateway that answers when it is told to, and remembers who called. */
class SlowGateway {
  readonly calls: Uuid[] = [];
  underWay = 0;
  most = 0;
  takesMs: number;

  constructor(takesMs: number) {
    this.takesMs = takesMs;
  }

  readonly call = async (request: Envelope): Promise<GatewayAnswer> => {
    this.calls.push(request.id);
    this.most = Math.max(this.most, ++this.underWay);
    await sleep(this.takesMs);
    this.underWay -= 1;
    const mail = { to: "a@test.local", subject: "s", text: "t", html: "h", messageId: "<m@ates.local>" };
    return {
      type: "mail.answered",
      data: { mailId: request.id, outcome: "sent", mail },
    } as unknown as GatewayAnswer;
  };
}

describe("the agenda", function () {
  this.timeout(120_000);
  let stage: Stage;
  let notebook: Notebook;

  before(async () => {
    stage = await Stage.open();
  });
  beforeEach(async () => {
    notebook = new Notebook();
    await stage.world.pool.query("delete from later");
  });
  afterEach(() => stage.stopAll());
  after(() => stage.end());

  const start = (changes: Changes = {}) =>
    stage.start({ kinds: ["scheduler"], actors: { scheduler: notebook.actor }, ...changes });
  const left = () => stage.count("select from later");

  async function keep(inMs: number, gateway?: GatewayName): Promise<Uuid> {
    const id = newUuid();
    const message = { id, source: "/ates/test", subject: "cut-off", nowMs: Date.now() };
    const envelope = outsideEnvelope({
      ...message,
      type: "cutoff.reached",
      data: { businessDate: "2026-06-01" },
    });
    await stage.world.pool.query(
      "insert into later (kind, partition, id, due_at, gateway, envelope) values ('scheduler', 0, $1, $2, $3, $4)",
      [id, new Date(Date.now() + inMs).toISOString(), gateway ?? null, envelope],
    );
    return id;
  }

  it("G6: a timer that came due while nobody ran fires once, after the restart", async () => {
    const id = await keep(300);
    const host = await start();
    await host.stop();
    await sleep(350);
    expect(notebook.seen).to.deep.equal([]);
    await start();
    await until(async () => notebook.seen.length > 0, "it fires");
    await until(async () => (await left()) === 0, "its row goes");
    await stage.stopAll();
    await start();
    await sleep(200);
    expect(notebook.seen).to.deep.equal([id]);
  });

  it("a timer further away than the platform's timers reach does not fire, and keeps nobody busy", async () => {
    await keep(30 * 86_400_000);
    await keep(4_000 * 86_400_000);
    await start();
    const usage = process.cpuUsage();
    await sleep(500);
    expect(process.cpuUsage(usage).user / 1_000, "ms of work").to.be.below(300);
    expect(notebook.seen).to.deep.equal([]);
    expect(await left()).to.equal(2);
  });

  it("a call under way at the stop ends, and its answer is committed before the hand-over: no second call", async () => {
    const gateway = new SlowGateway(400);
    const id = await keep(0, "mail");
    const host = await start({ gateways: { mail: gateway } });
    await until(async () => gateway.calls.length === 1, "it is called");
    await host.stop();
    expect(notebook.seen).to.deep.equal([`answer to ${id}`]);
    expect(await left()).to.equal(0);
    await start({ gateways: { mail: gateway } });
    await sleep(200);
    expect(gateway.calls).to.deep.equal([id]);
  });

  it("G2: a host that drains for longer than its lease is not taken for dead: its call is not made again", async () => {
    const gateway = new SlowGateway(1_600);
    const limits = { leaseTtlMs: 600, beatEveryMs: 120 };
    const id = await keep(0, "mail");
    const first = await start({ gateways: { mail: gateway }, limits });
    await until(async () => gateway.calls.length === 1, "it is called");
    const stopping = first.stop();
    await start({ gateways: { mail: gateway }, limits });
    await stopping;
    await sleep(300);
    expect(gateway.calls).to.deep.equal([id]);
    expect(notebook.seen).to.deep.equal([`answer to ${id}`]);
  });

  it("G2: a hand-over that waits for a call does not keep the host from beating: nothing else is taken from it", async () => {
    const gateway = new SlowGateway(1_600);
    const limits = { leaseTtlMs: 600, beatEveryMs: 120 };
    const id = await keep(0, "mail");
    const mine = newUuid();
    const joining = idThatWins("scheduler/0", mine);
    const first = await start({ id: mine, gateways: { mail: gateway }, limits });
    await until(async () => gateway.calls.length === 1, "it is called");
    const second = await start({ id: joining, gateways: { mail: gateway }, limits });
    await until(async () => first.ownedCount === 0 && second.ownedCount === 1, "it is handed over");
    expect(gateway.calls).to.deep.equal([id]);
    expect(notebook.seen).to.deep.equal([`answer to ${id}`]);
  });

  it("G6: after a crash the same request is made again under the same id, and one answer is decided", async () => {
    let crashes = 1;
    const store = storeWith((real) => ({
      async commit(lease, writes) {
        if (crashes-- > 0) throw new Error("the connection was lost");
        await real.commit(lease, writes);
      },
    }));
    const gateway = new SlowGateway(20);
    const id = await keep(0, "mail");
    await start({ gateways: { mail: gateway }, store });
    await until(async () => (await left()) === 0, "the answer is committed");
    expect(gateway.calls).to.deep.equal([id, id]);
  });

  it("a gateway that throws is called again later under the same id, and holds up nobody", async () => {
    const gateway = new SlowGateway(0);
    let bugs = 1;
    const call = async (request: Envelope) => {
      if (request.id === bad && bugs-- > 0) {
        gateway.calls.push(request.id);
        throw new Error("a bug");
      }
      return gateway.call(request);
    };
    const bad = await keep(0, "mail");
    const good = await keep(1, "mail");
    await start({ gateways: { mail: { call } } });
    await until(async () => notebook.seen.includes(`answer to ${good}`), "the other is answered", 1_000);
    await until(async () => (await left()) === 0, "the first is called again", 8_000);
    expect(gateway.calls.filter((each) => each === bad)).to.have.length(2);
  });

  it("a partition makes at most 16 calls at once, and all of them in the end", async () => {
    const gateway = new SlowGateway(30);
    for (let n = 0; n < 60; n++) await keep(-n, "mail");
    await start({ gateways: { mail: gateway } });
    await until(async () => (await left()) === 0, "all are answered");
    expect(gateway.most).to.equal(16);
    expect(new Set(gateway.calls).size).to.equal(60);
    expect(gateway.calls).to.have.length(60);
    expect(new Set(notebook.seen).size).to.equal(60);
  });

  it("calls that wait are in memory without their text, which is read when their turn comes; those done are not made", async () => {
    const gateway = new SlowGateway(10);
    const read: number[] = [];
    let misses = 1;
    const store = storeWith((real) => ({
      calls(lease, ids) {
        read.push(ids.length);
        if (misses-- > 0) throw new Error("the connection was lost");
        return real.calls(lease, ids);
      },
    }));
    for (let n = 0; n < 600; n++) await keep(-n, "mail");
    await start({ gateways: { mail: gateway }, store });
    await until(async () => (await left()) === 0, "all are answered");
    expect(Math.max(...read), "texts in memory").to.be.at.most(256);
    expect(gateway.calls).to.have.length(600);
    expect(new Set(notebook.seen).size).to.equal(600);
  });

  it("no call begins while nobody takes the answers of those before", async () => {
    const gateway = new SlowGateway(0);
    const opens = Promise.withResolvers<void>();
    const store = storeWith((real) => ({
      async commit(lease, writes) {
        await opens.promise;
        await real.commit(lease, writes);
      },
    }));
    await stage.world.pool.query(
      `insert into later (kind, partition, id, due_at, gateway, envelope)
       select 'scheduler', 0, gen_random_uuid(), now(), 'mail', envelope from later, generate_series(1, 1500)
        where id = $1`,
      [await keep(0, "mail")],
    );
    await start({ gateways: { mail: gateway }, store });
    await until(async () => gateway.calls.length > 500, "calls are made");
    await sleep(500);
    // A batch of answers waits for its commit, and one more behind it.
    expect(gateway.calls.length).to.be.at.most(1_100);
    opens.resolve();
    await until(async () => (await left()) === 0, "all are answered");
  });

  it("G1 G8: when one message of the agenda is refused by Postgres it waits alone; the others are decided once", async () => {
    const ids = [await keep(0), await keep(0), await keep(0)];
    const bad = [...ids].sort()[0];
    let refusals = 0;
    const store = storeWith((real) => ({
      async commit(lease, writes) {
        if (writes.laterDone.includes(bad ?? "") && writes.letters.length === 0) {
          refusals += 1;
          const { DataRefused } = await import("../../../actors/runtime/store.ts");
          throw new DataRefused("refused");
        }
        committed.push(...writes.laterDone);
        parked.push(...writes.letters.map(({ code }) => code));
        await real.commit(lease, writes);
      },
    }));
    const committed: Uuid[] = [];
    const parked: string[] = [];
    await start({ store });
    await until(async () => (await left()) === 0, "all are done");
    await sleep(200);
    expect(refusals).to.be.greaterThan(0);
    expect(committed.filter((id) => ids.includes(id)).toSorted()).to.deep.equal(ids.toSorted());
    expect(parked).to.deep.equal(["data_refused", "waits", "waits"]); // all of one actor
    expect(await stage.count("select from dead_letters")).to.equal(0); // its retry was not refused
  });

  function idThatWins(name: string, against: Uuid): Uuid {
    for (;;) {
      const id = newUuid();
      if (targetOf(name, [against, id]) === id) return id;
    }
  }
});
