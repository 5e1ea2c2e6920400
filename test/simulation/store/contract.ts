/**
 * What the runtime may rely on of its stores, as tests for both: Postgres, and the simulated database. The same is asked
 * of each, and the same is answered.
 */
import { expect } from "chai";
import {
  type CommandRow,
  DataRefused,
  Fenced,
  type LaterRow,
  type Lease,
  type LetterRow,
  type OutboxRow,
} from "../../../actors/runtime/store.ts";
import type { Uuid } from "../../../schemas/ids.ts";
import type { Topic } from "../../../streams/topology.ts";
import { entityContract } from "./entity-contract.ts";
import { failure, newId, type StoreUnderTest, taken, writes } from "./under-test.ts";

const ENVELOPE = "{}";
const UNKNOWN = { outcomes: new Map(), promised: new Map() };

const outboxRow = (topic: Topic, sequence: number, envelope = ENVELOPE): OutboxRow => {
  return { to: { topic, partition: 0 }, sequence, envelope };
};
const laterRow = (dueAtMs: number, changes: Partial<LaterRow> = {}): LaterRow => {
  return { id: newId(), dueAtMs, gateway: undefined, envelope: ENVELOPE, ...changes };
};
const command = (changes: Partial<CommandRow> = {}): CommandRow => ({
  ...{ id: newId(), sender: newId(), fingerprint: "print", topic: "task-board", type: "task.create" },
  ...{ accepted: true, code: undefined, body: { some: ["body", null] }, traceId: "trace" },
  ...changes,
});
const letter = (place: number, changes: Partial<LetterRow> = {}): LetterRow => ({
  ...{ id: newId(), topic: "tasks", actor: "account/1", type: "task.assigned", code: "handler_failed" },
  ...{ reason: "it failed", attempts: 1, state: "parked", place, traceId: "trace", envelope: ENVELOPE },
  ...changes,
});

export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the store of the runtime: ${name}`, function () {
    this.timeout(120_000);
    let under: StoreUnderTest | undefined;
    const opened: Opened = () => {
      if (under === undefined) throw new Error("the store is not open yet");
      return under;
    };

    before(async () => {
      under = await open();
    });
    after(() => under?.end());

    leases(opened);
    suspects(opened);
    positions(opened);
    agenda(opened);
    commands(opened);
    letters(opened);
    hosts(opened);
    entityContract(opened);
  });
}

type Opened = () => StoreUnderTest;
const HOST = newId();

function leases(under: Opened): void {
  const own = () => under().store(HOST);

  it("G2: a partition is taken by the epoch that was seen, by one", async () => {
    const [first, second] = [newId(), newId()];
    const lease = await under().store(first).acquire("payment", 0, 0);
    expect(lease).to.deep.equal({ kind: "payment", partition: 0, epoch: 1 });
    expect(await under().store(second).acquire("payment", 0, 0)).to.equal(undefined);
    expect(await under().store(second).acquire("payment", 99, 0)).to.equal(undefined);
    expect(await under().store(second).acquire("payment", 0, 1)).to.deep.equal({ ...lease, epoch: 2 });
    const { partitions } = await under().hosts.view(1);
    const placed = partitions.find(({ kind, partition }) => kind === "payment" && partition === 0);
    expect(placed).to.deep.equal({ kind: "payment", partition: 0, owner: second, epoch: 2 });
  });

  it("G2: who lost the partition opens, notes and commits nothing, and gives nothing back", async () => {
    const old = await taken(under(), "payment", 1);
    const lease = await taken(under(), "payment", 1, HOST);
    expect(await failure(own().open(old))).to.be.instanceOf(Fenced);
    expect(await failure(own().hold(old, ["x"]))).to.be.instanceOf(Fenced);
    expect(await failure(own().suspect(old, "x"))).to.be.instanceOf(Fenced);
    expect(await failure(own().commit(old, writes()))).to.be.instanceOf(Fenced);
    await own().release(old);
    await own().commit(lease, writes());
    const owners = async () => (await under().hosts.view(1)).partitions.flatMap(({ owner }) => owner ?? []);
    expect(await owners()).to.include(HOST);
    await own().release(lease);
    expect(await owners()).to.not.include(HOST);
  });
}

function suspects(under: Opened): void {
  const own = () => under().store(HOST);
  const next = () => taken(under(), "mailer", 2);
  const named = async (lease: Lease) => [...(await own().open(lease)).suspects].sort();

  it("G8: what owners were deciding when they ended is named, whoever has come in between", async () => {
    expect(await named(await next())).to.deep.equal([]);
    await own().hold(await next(), ["in others' hands"]);
    await own().hold(await next(), ["tasks/0/5-1", "later/1"]);
    expect(await named(await next())).to.deep.equal(["later/1", "tasks/0/5-1"]);
    for (const position of ["tasks/0/4-1", "tasks/0/5-1"]) await own().suspect(await next(), position);
    expect(await named(await next())).to.deep.equal(["later/1", "tasks/0/4-1", "tasks/0/5-1"]);
  });

  it("G8: any commit takes away what was in hand, and its own what was decided alone", async () => {
    const lease = await next();
    await own().commit(lease, writes());
    expect(await named(lease)).to.deep.equal(["tasks/0/4-1", "tasks/0/5-1"]);
    await own().hold(lease, ["tasks/0/5-1", "tasks/0/6-1"]);
    await own().commit(lease, writes({ noted: "tasks/0/5-1" }));
    expect(await named(lease)).to.deep.equal(["tasks/0/4-1"]);
  });

  it("G8: hosts lost over one message are counted, whatever else is committed in between", async () => {
    const lost: number[] = [];
    for (const host of [HOST, newId(), newId()]) {
      const [store, lease] = [under().store(host), await taken(under(), "mailer", 3, host)];
      lost.push(await store.suspect(lease, "tasks/0/5-1"), await store.suspect(lease, "tasks/0/5-1"));
      expect(await store.suspect(lease, "accounts/0/7-1")).to.equal(0);
      await store.commit(lease, writes({ noted: "accounts/0/7-1" }));
    }
    expect(lost).to.deep.equal([0, 0, 1, 1, 2, 2]);
  });
}

function positions(under: Opened): void {
  const own = () => under().store(HOST);

  it("G1: a commit's position is what the next owner opens with", async () => {
    const lease = await taken(under(), "payment", 2);
    const position = {
      inbox: { "payouts/2</ates/account/2": 7 },
      outbox: { "payouts/2": 2 },
      cursors: { "payouts/2": "5-1" },
    };
    await own().commit(lease, writes({ position }));
    const { inbox, outbox, cursors } = (await own().open(await taken(under(), "payment", 2))).position;
    expect({ inbox, outbox, cursors }).to.deep.equal(position);
    const progress = (await under().hosts.progress()).find(
      (row) => row.kind === "payment" && row.partition === 2,
    );
    expect(progress).to.deep.equal({ kind: "payment", partition: 2, inbox, cursors });
  });

  it("G6: the outbox holds what was sent until every group has it", async () => {
    const lease = await taken(under(), "payment", 3);
    const outbox = [1, 2, 3, 4].map((sequence) => outboxRow("payouts", sequence, `envelope ${sequence}`));
    await own().commit(lease, writes({ outbox: [...outbox, outboxRow("ledger", 1)] }));
    const channel = { kind: "payment", partition: 3, to: { topic: "payouts", partition: 0 } } as const;
    const rest = (sequence: number) => ({ sequence, envelope: `envelope ${sequence}` });
    expect(await under().hosts.outboxAfter(channel, 1, 2)).to.deep.equal([rest(2), rest(3)]);
    await under().hosts.forgetOutbox([{ ...channel, base: 2 }]);
    expect(await under().hosts.outboxAfter(channel, 0, 9)).to.deep.equal([rest(3), rest(4)]);
    const other = { ...channel, to: { topic: "ledger", partition: 0 } } as const;
    expect(await under().hosts.outboxAfter(other, 0, 9)).to.have.length(1);
    expect(await under().hosts.outboxAfter({ ...channel, partition: 0 }, 0, 9)).to.deep.equal([]);
  });

  it("G1: what is refused leaves nothing: a number sent twice, a timer set twice", async () => {
    const lease = await taken(under(), "mailer", 0);
    const timer = laterRow(1_000);
    await own().commit(lease, writes({ outbox: [outboxRow("notices", 1)], laterAdded: [timer] }));
    const decided = command();
    const batch = { commands: [decided], position: { inbox: { a: 1 }, outbox: {}, cursors: {} } };
    for (const refused of [{ outbox: [outboxRow("notices", 1)] }, { laterAdded: [timer] }])
      expect(await failure(own().commit(lease, writes({ ...batch, ...refused })))).to.be.instanceOf(
        DataRefused,
      );
    expect(await own().decided([decided.id])).to.deep.equal(UNKNOWN);
    expect((await own().open(lease)).position.inbox).to.deep.equal({});
    await own().commit(lease, writes({ laterDone: [timer.id], laterAdded: [timer] }));
  });
}

function agenda(under: Opened): void {
  const own = () => under().store(HOST);

  it("the agenda comes back in the order in which it is due, without what is done", async () => {
    const lease = await taken(under(), "mailer", 1);
    const rows = [laterRow(3_000), laterRow(1_000, { gateway: "mail" }), laterRow(2_000)];
    await own().commit(lease, writes({ laterAdded: rows }));
    const waiting = async () =>
      (await own().open(lease)).later.map(({ id, dueAtMs, gateway, envelope }) => ({
        id,
        dueAtMs,
        gateway,
        envelope,
      }));
    const call = { ...rows[1], envelope: undefined };
    expect(await waiting()).to.deep.equal([call, rows[2], rows[0]]);
    await own().commit(lease, writes({ laterDone: [rows[2]?.id ?? "", newId()] }));
    expect(await waiting()).to.deep.equal([call, rows[0]]);
  });

  it("the texts of calls are read by their ids, of those that are still to be made", async () => {
    const lease = await taken(under(), "mailer", 1);
    const other = await taken(under(), "mailer", 0);
    const [first, second] = [laterRow(1_000, { gateway: "mail" }), laterRow(2_000, { gateway: "mail" })];
    await own().commit(lease, writes({ laterAdded: [first, second] }));
    const ids = [first.id, second.id];
    expect(await own().calls(lease, ids)).to.deep.equal(
      new Map([first, second].map((row) => [row.id, row.envelope])),
    );
    expect(await own().calls(other, ids)).to.deep.equal(new Map());
    await own().commit(lease, writes({ laterDone: [first.id] }));
    expect(await own().calls(lease, [...ids, newId()])).to.deep.equal(
      new Map([[second.id, second.envelope]]),
    );
  });
}

function commands(under: Opened): void {
  const own = () => under().store(HOST);

  it("EDGE-2: an outcome is there to the letter, and stays", async () => {
    const lease = await taken(under(), "directory", 0);
    const rows = [
      command(),
      command({ accepted: false, code: "email_taken", body: { detail: "no" }, sender: undefined }),
    ];
    await own().commit(lease, writes({ commands: rows }));
    const again = rows.map((row) => ({ ...row, accepted: !row.accepted, body: "other" }));
    await own().commit(lease, writes({ commands: again }));
    const asked = [...rows.map(({ id }) => id), newId()];
    expect((await own().decided(asked)).outcomes).to.deep.equal(new Map(rows.map((row) => [row.id, row])));
    expect(await own().decided([])).to.deep.equal(UNKNOWN);
    expect(await failure(own().decided(["no uuid"]))).to.be.instanceOf(DataRefused);
  });

  it("EDGE-2: a promise is shown when it is old enough, until it is kept", async () => {
    const promised = ["task-board", "directory", "task-board"].map((topic) => {
      return {
        id: newId(),
        topic: topic as Topic,
        envelope: JSON.stringify({ of: topic, fingerprint: "print" }),
      };
    });
    for (const each of promised) {
      await under().promise(each);
      await under().elapse(1_000);
    }
    const [first, second, third] = promised;
    const of = (topics: Topic[], ageMs: number, max: number) => under().hosts.promised(topics, ageMs, max);
    expect(await of(["task-board", "directory"], 1_500, 9)).to.deep.equal([first, second]);
    expect(await of(["task-board"], 500, 9)).to.deep.equal([first, third]);
    expect(await of(["task-board"], 500, 1)).to.deep.equal([first]);
    expect(await own().decided([first?.id ?? ""])).to.deep.equal({
      outcomes: new Map(),
      promised: new Map([[first?.id, "print"]]),
    });
    const lease = await taken(under(), "directory", 0);
    const kept = command({ id: first?.id ?? "" });
    await own().commit(lease, writes({ commands: [kept] }));
    expect(await of(["task-board"], 500, 9)).to.deep.equal([third]);
    const decided = (await own().decided([kept.id])).outcomes;
    expect(decided.get(kept.id)?.body).to.deep.equal(kept.body);
  });
}

function letters(under: Opened): void {
  const own = () => under().store(HOST);

  it("G8: mailboxes come back in the order in which they were parked, letters in their places", async () => {
    const lease = await taken(under(), "analytics", 0);
    const rows = [
      letter(4, { actor: "b", attempts: 0, code: "waits" }),
      letter(2, { actor: "a" }),
      letter(3, { actor: "b", topic: undefined }),
      letter(9, { actor: "c", state: "dead" }),
      letter(5, { actor: "a", state: "held", attempts: 3 }),
    ];
    await own().commit(lease, writes({ letters: rows }));
    const { parked, lastPlace } = await own().open(lease);
    expect(parked).to.deep.equal([
      { actor: "a", messages: 2, isHeld: true, code: "handler_failed" },
      { actor: "b", messages: 2, isHeld: false, code: "handler_failed" },
    ]);
    expect(lastPlace).to.equal(5);
    expect(await own().letters(lease, "b", 9)).to.deep.equal([rows[2], rows[0]]);
    expect(await own().letters(lease, "a", 1)).to.deep.equal([rows[1]]);
    expect(await own().letters({ ...lease, partition: 1 }, "a", 1)).to.deep.equal([]);
    await own().commit(lease, writes({ lettersDone: [rows[0]?.id ?? "", rows[2]?.id ?? ""] }));
    expect((await own().open(lease)).parked.map(({ actor }) => actor)).to.deep.equal(["a"]);
  });

  it("EVT-4: a letter takes what became of it; one that is delivered again stays as it is", async () => {
    const lease = await taken(under(), "analytics", 1);
    const first = letter(1);
    await own().commit(lease, writes({ letters: [first] }));
    await own().commit(lease, writes({ letters: [{ ...first, reason: "again", state: "dead", place: 8 }] }));
    expect(await own().letters(lease, "account/1", 9)).to.deep.equal([first]);
    const tried = { ...first, attempts: 2, code: "data_refused", reason: "twice", state: "held" } as const;
    await own().commit(lease, writes({ letters: [{ ...tried, place: 8, actor: "other" }] }));
    expect(await own().letters(lease, "account/1", 9)).to.deep.equal([tried]);
  });

  it("OPS-3: what an operator asks is answered once, whatever becomes of the letter", async () => {
    const lease = await taken(under(), "analytics", 2);
    const rows = [letter(1, { state: "dead" }), letter(2, { state: "held" })];
    await own().commit(lease, writes({ letters: rows }));
    const [dead, held] = rows.map(({ id }) => id) as [Uuid, Uuid];
    expect(await own().asked(lease, [dead, held])).to.deep.equal([]);
    await under().ask(held, "drop");
    await under().elapse(10);
    await under().ask(dead, "replay");
    const refs = [held, dead].map((id) => ({ kind: "analytics", partition: 2, id, actor: "account/1" }));
    expect(await under().hosts.asked(9)).to.deep.equal(refs);
    expect(await under().hosts.asked(1)).to.deep.equal(refs.slice(0, 1));
    expect(await own().asked(lease, [dead])).to.deep.equal([{ ...rows[0], asked: "replay" }]);
    expect(await own().asked({ ...lease, partition: 3 }, [dead])).to.deep.equal([]);
    await own().commit(lease, writes({ letters: rows.slice(0, 1), lettersDone: [held] }));
    expect(await under().hosts.asked(9)).to.deep.equal([]);
  });
}

function hosts(under: Opened): void {
  it("hosts live as long as they beat, and are given work unless they drain", async () => {
    const [a, b, c] = [newId(), newId(), newId()].sort() as [Uuid, Uuid, Uuid];
    await under().hosts.beat(a, "a", false);
    await under().elapse(2_000);
    await under().hosts.beat(b, "b", false);
    await under().hosts.beat(c, "c", false);
    await under().hosts.beat(c, "c", true);
    const seen = async (ttlMs: number) => {
      const { alive, eligible } = await under().hosts.view(ttlMs);
      return [
        [...alive].filter((id) => [a, b, c].includes(id)).sort(),
        eligible.filter((id) => [a, b, c].includes(id)),
      ];
    };
    expect(await seen(1_500)).to.deep.equal([[b, c], [b]]);
    expect(await seen(60_000)).to.deep.equal([
      [a, b, c],
      [a, b],
    ]);
    await under().hosts.leave(b);
    expect(await seen(60_000)).to.deep.equal([[a, c], [a]]);
    await under().elapse(4_000_000);
    await under().hosts.beat(b, "b", false);
    expect(await seen(9_000_000)).to.deep.equal([[b], [b]]);
  });
}
