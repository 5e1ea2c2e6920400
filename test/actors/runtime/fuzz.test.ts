import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { ready } from "../../../streams/connection.ts";
import { claimedNumber } from "../../../streams/inbox.ts";
import { ALL_TOPICS, groupsOf, streamKey, type Topic } from "../../../streams/topology.ts";
import { ADMIN, ask, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { Fuzz, REPLY_CHANNELS, type Sent } from "./fuzz-envelopes.ts";
import { OUTSIDE } from "./parking-stage.ts";
import { Stage } from "./stage.ts";

const ENVELOPES = Number(process.env.FUZZ_ENVELOPES ?? 4_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_601);
const READ = ALL_TOPICS.filter((topic) => groupsOf(topic).length > 0);
const AT_ONCE = 100;
const PATIENCE_MS = 120_000 + ENVELOPES * 20;

interface Fate {
  readonly state: string;
  readonly code: string;
  readonly count: number;
}

describe(`${ENVELOPES} fuzzed envelopes (seed ${SEED})`, function () {
  this.timeout(2 * PATIENCE_MS);
  let stage: Stage;
  let popug: Sender;
  let fuzz: Fuzz;
  const clean: Sender[] = [];
  let lost = 0;
  /** Ids of commands whose sender was told something, be it that its actor is parked. */
  const answered = new Set<string>();
  let deafen: () => void;

  before(async () => {
    stage = await Stage.open({
      ATES_PARTITIONS: "2",
      ATES_RETRY_BASE_MS: "50",
      ATES_RETRY_ATTEMPTS_MAX: "3",
    });
    await stage.start({ fenced: () => (lost += 1), gateways: OUTSIDE });
    popug = await register(stage.world, "Popug");
    for (const name of ["Pepe", "Polly"]) await register(stage.world, name);
    for (let n = 0; n < 20; n++) await work(`Genuine ${n}`);
    const businessDate = stage.world.company.firstDate;
    await ask(stage.world, "task-board", "day.close", "day", { businessDate }, ADMIN);
    for (let n = 20; n < 30; n++) await work(`Genuine ${n}`);
    await stage.settled();
    const genuine = new Map<Topic, string[]>();
    for (const topic of READ) genuine.set(topic, await payloads(topic));
    fuzz = new Fuzz(SEED, genuine);
    const old = await stage.rows<{ id: UserId }>("select id from users");
    for (const name of ["Clio", "Cora", "Cleo"]) clean.push(await register(stage.world, name));
    popug = clean[0] as Sender;
    for (const { id: userId } of old)
      await ask(stage.world, "directory", "user.change", `user/${userId}`, { userId, active: false }, ADMIN);
    await stage.settled();
    const ears = await ready(stage.world.connect("subscriber"));
    deafen = () => ears.disconnect();
    ears.on("message", (_channel: string, lines: string) => {
      for (const line of lines.split("\n")) answered.add(JSON.parse(line).id);
    });
    await ears.subscribe(...REPLY_CHANNELS);
  });
  after(async () => {
    deafen();
    await stage.end();
  });

  async function work(title: string): Promise<void> {
    const { accepted, body } = await ask(stage.world, "task-board", "task.create", "new", { title }, popug);
    expect(accepted, title).to.equal(true);
    const assignee: Sender = { id: body.assignee.id as UserId, role: "employee" };
    const done = await ask(
      stage.world,
      "task-board",
      "task.complete",
      `task/${body.id}`,
      { taskId: body.id },
      assignee,
    );
    expect(done.accepted, `completed ${title}`).to.equal(true);
  }

  async function payloads(topic: Topic): Promise<string[]> {
    const entries = await stage.world.redis.xrange(streamKey({ topic, partition: 0 }), "-", "+");
    return entries.map(([, [, payload]]) => payload ?? "");
  }

  async function put(topic: Topic, batch: readonly Sent[]): Promise<void> {
    const pipeline = stage.world.redis.pipeline();
    for (const { payload } of batch) pipeline.xadd(streamKey({ topic, partition: 0 }), "*", "e", payload);
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }

  const epochs = async () =>
    new Map(
      (
        await stage.rows<{ name: string; epoch: number }>(
          "select kind || '/' || partition as name, epoch from partitions",
        )
      ).map(({ name, epoch }) => [name, epoch]),
    );

  /** Until every group has read its streams to the end and acknowledged all of it. */
  async function readToTheEnd(topic: Topic): Promise<void> {
    const key = streamKey({ topic, partition: 0 });
    const value = (list: unknown[], name: string) => list[list.indexOf(name) + 1];
    await until(
      async () => {
        const groups = (await stage.world.redis.xinfo("GROUPS", key)) as unknown[][];
        const info = (await stage.world.redis.xinfo("STREAM", key)) as unknown[];
        return groups.every(
          (group) =>
            value(group, "pending") === 0 &&
            value(group, "last-delivered-id") === value(info, "last-generated-id"),
        );
      },
      `${topic} is read to the end`,
      PATIENCE_MS,
    );
  }

  const marksOf = async (topic: Topic) =>
    (
      await stage.rows<{ kind: string; inbox: Record<string, number> }>(
        "select kind, inbox from partitions where partition = 0 and kind = any($1)",
        [groupsOf(topic)],
      )
    ).map(({ kind, inbox }) => ({ kind, inbox }));

  /** As an owner does: what a reader misses is sent again, in order, until every group has it. */
  async function sendAgain(topic: Topic): Promise<void> {
    for (let round = 0; round < 20; round++) {
      const marks = await marksOf(topic);
      const missing = fuzz.channels(topic).flatMap(({ source, sent }) => {
        const base = Math.min(...marks.map(({ inbox }) => inbox[`${topic}/0<${source}`] ?? 0));
        return sent.slice(base);
      });
      if (missing.length === 0) return;
      await put(topic, missing);
      await readToTheEnd(topic);
    }
    throw new Error(`${topic}: what was sent again did not arrive`);
  }

  it("EVT-4 G8: each is handled, parked or a dead letter, none is lost; no partition is lost over it; commands sent meanwhile are answered", async () => {
    const before = await epochs();
    const startedMs = performance.now();
    const perTopic = Math.ceil(ENVELOPES / READ.length);
    let genuine = 0;
    for (let done = 0; done < perTopic; done += AT_ONCE) {
      for (const topic of READ) await put(topic, fuzz.next(topic, Math.min(AT_ONCE, perTopic - done)));
      await work(`Meanwhile ${genuine++}`);
    }
    for (const topic of READ) await readToTheEnd(topic);
    for (const topic of READ) await sendAgain(topic);
    await stage.settled(PATIENCE_MS);
    const tookMs = performance.now() - startedMs;
    expect(await epochs(), "no partition was taken anew").to.deep.equal(before);
    expect(lost).to.equal(0);

    const unseen: string[] = [];
    for (const topic of READ) unseen.push(...(await unaccounted(topic)));
    expect(unseen.length, `lost: ${unseen.slice(0, 5).join("\n")}`).to.equal(0);
    await work("After");
    await stage.settled(PATIENCE_MS);
    await expectBooks();
    await report(tookMs, genuine);
  });

  /** What was sent and is neither a letter of each of its groups, nor below their marks, nor an answered command. */
  async function unaccounted(topic: Topic): Promise<string[]> {
    const marks = await marksOf(topic);
    const rows = await stage.rows<{ kind: string; envelope: string }>(
      "select kind, envelope from dead_letters where topic = $1",
      [topic],
    );
    const kept = Map.groupBy(rows, ({ kind }) => kind);
    const commands = new Set(
      (await stage.rows<{ id: string }>("select id::text from commands where state = 'done'")).map(
        ({ id }) => id,
      ),
    );
    return marks.flatMap(({ kind, inbox }) => {
      const letters = new Set((kept.get(kind as never) ?? []).map(({ envelope }) => envelope));
      return fuzz
        .of(topic)
        .filter(({ payload, text, source, sequence, id }) => {
          const number = claimedNumber(source, sequence);
          if (number !== undefined) return number > (inbox[`${topic}/0<${source}`] ?? 0);
          return (
            !letters.has(stored(text)) &&
            !answered.has(id ?? "") &&
            !(id !== undefined && commands.has(id)) &&
            payload !== undefined
          );
        })
        .map(({ text, how }) => `${kind} of ${topic}: ${how}: ${text.slice(0, 300)}`);
    });
  }

  /** People whom no envelope of the fuzz names are level: nobody else's message has parked them. */
  async function expectBooks(): Promise<void> {
    const [row] = await stage.rows(
      `with own as (select id from tasks where assignee_id = any($1) and (title like 'Meanwhile%' or title = 'After'))
       select (select count(*) from own) as tasks, (select count(*) from entries where task_id in (select id from own)) as posted`,
      [clean.map(({ id }) => id)],
    );
    expect(row?.tasks).to.be.greaterThan(0);
    expect(row?.posted).to.equal(2 * row?.tasks);
    expect(await stage.sum()).to.equal(0);
  }

  async function report(tookMs: number, genuine: number): Promise<void> {
    const fates = await stage.rows<Fate>(
      "select state, code, count(*) as count from dead_letters group by 1, 2 order by 1, 2",
    );
    const letters = fates.map(({ state, code, count }) => `${state} ${code} ${count}`).join(", ");
    if (process.env.FUZZ_ENVELOPES !== undefined)
      process.stdout.write(
        `    ${fuzz.count} envelopes, ${genuine} tasks meanwhile, ${(tookMs / 1_000).toFixed(1)} s; letters: ${letters}\n`,
      );
    expect(fates.length).to.be.greaterThan(0);
  }
});

/** Postgres text holds no zero byte: what arrived is kept with another sign in its place. */
function stored(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD");
}
