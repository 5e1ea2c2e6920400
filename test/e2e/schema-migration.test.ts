/**
 * The migration of task facts from version 1 to 2, as ops/runbooks/schema-migration.md has it: an old producer, a mixed
 * log, new consumers, the switch, the watch, the removal; each release is a process of its own (EVT-1..4).
 */

import { expect } from "chai";
import { CloudEvent } from "cloudevents";
import { awaitSettled, isSettled } from "../../ops/lag.ts";
import { readSchemaVersions, type VersionInUse } from "../../ops/schema-versions.ts";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { ALL_TOPICS, partitionsOf, streamKey, TOPICS } from "../../streams/topology.ts";
import { runAtes } from "../ops/cli/run-ates.ts";
import { ask, register, type Sender } from "../support/client.ts";
import { type Patch, PatchedWorker } from "../support/patched-worker.ts";
import { newWorld, until, type World } from "../support/world.ts";

/** The release before version 2: what it says of tasks has the Jira id in the title. */
const SAYS_VERSION_1: Patch = {
  file: "actors/runtime/outgoing.ts",
  before: "    const envelope = JSON.stringify({ ...head, sequence: String(sequence), data: draft.data });\n",
  put: `    if (topic === "tasks" && head.type.startsWith("task.")) {
      const { jiraId, ...rest } = draft.data as { jiraId?: string; title: string };
      const title = jiraId === undefined ? rest.title : "[" + jiraId + "] - " + rest.title;
      Object.assign(head, { dataschema: "urn:ates:" + head.type + ":1" });
      draft = { ...draft, data: { ...rest, title } };
    }
`,
};

/** The release after the removal: it has no upcaster from version 1. */
const KNOWS_NO_VERSION_1: Patch = {
  file: "schemas/upcast.ts",
  before: "  let data = envelope.data as Data;\n",
  put: `  if (version === 1 && envelope.type.startsWith("task.")) throw new Error("version 1 is gone");\n`,
};

const TASKS = 6;

describe("the migration of task facts from version 1 to version 2", function () {
  this.timeout(120_000);
  let world: World;
  let popug: Sender;
  let worker: PatchedWorker | undefined;

  before(async () => {
    world = await newWorld();
    await release(SAYS_VERSION_1);
    popug = await register(world, "Popug");
  });
  after(async () => {
    await worker?.stop();
    await world.end();
  });

  async function release(...patches: Patch[]): Promise<void> {
    await worker?.stop();
    worker = new PatchedWorker(world, patches);
    await until(
      async () => {
        const { rowCount } = await world.pool.query(
          `select from partitions join hosts on hosts.id = owner and beat_at > now() - interval '1 second'`,
        );
        const { rows } = await world.pool.query<{ all: number }>(
          "select count(*)::int as all from partitions",
        );
        return rowCount === rows[0]?.all;
      },
      "every partition has a living owner of the release",
      60_000,
    );
  }

  /** Tasks with and without a Jira id, half of them completed; until everything of them is booked. */
  async function work(name: string): Promise<void> {
    for (let n = 0; n < TASKS; n++) {
      const words = { title: `${name} ${n}`, ...(n % 3 === 0 ? {} : { jiraId: `${name}-${n}` }) };
      const { body } = await ask(world, "task-board", "task.create", "new", words, popug);
      if (n % 2 === 0)
        await ask(world, "task-board", "task.complete", `task/${body.id}`, { taskId: body.id }, popug);
    }
    const last = await awaitSettled(world.pool, 60_000);
    expect(isSettled(last), JSON.stringify(last)).to.equal(true);
  }

  const versions = async (version: number): Promise<VersionInUse[]> =>
    (await readSchemaVersions(world.pool, world.redis, world.company.partitions)).filter(
      (each) => each.type.startsWith("task.") && each.source !== "/ates/edge" && each.version === version,
    );

  it("EVT-2 EVT-3: new consumers book what an old producer says: titles without, ids bare and in upper case", async () => {
    await work("OLD");
    expect((await versions(1)).map(({ type }) => type)).to.deep.equal([
      "task.assigned",
      "task.completed",
      "task.created",
    ]);
    expect(await versions(2)).to.deep.equal([]);
    await expectBooked("OLD");
  });

  it("EVT-3: while it goes on, the command says who says the old version, and when last", async () => {
    const { code, out } = await runAtes(["schemas", "--old"], { world });
    expect(code).to.equal(1);
    expect(out).to.match(/task\.created +1 \(old\) +\/ates\/task-board\/0 +6 +0 +\d{4}-/);
    expect(out).to.contain("3 versions in use, 3 of them old");
  });

  it("EVT-3: after the switch the log is mixed and the books are in order; nothing says the old version any more", async () => {
    const before = await versions(1);
    await release();
    await work("NEW");
    const [old, latest] = [await versions(1), await versions(2)];
    expect(old).to.deep.equal(before);
    expect(latest.map(({ inStreams }) => inStreams)).to.deep.equal(before.map(({ inStreams }) => inStreams));
    for (const { lastAt } of latest) expect(String(lastAt) > String(before[0]?.lastAt)).to.equal(true);
    await expectBooked("NEW");
    const broken = (await verifyLedger(world.pool, world.company)).filter(
      ({ verdict }) => verdict === "broken",
    );
    expect(broken).to.deep.equal([]);
  });

  it("EVT-1: every fact and command of the run is a CloudEvent to the SDK, old and new", async () => {
    let events = 0;
    for (const payload of await everyEntry()) {
      const event = new CloudEvent(JSON.parse(payload));
      expect(event.validate()).to.equal(true);
      expect(JSON.parse(JSON.stringify(event))).to.deep.equal(JSON.parse(payload));
      events += 1;
    }
    expect(events).to.be.above(50);
    process.stdout.write(`    ${events} events parsed\n`);
  });

  it("EVT-3 EVT-4: when nothing of it is left the old version can go: the release without it works on, and nothing is dead", async () => {
    for (const key of streams()) await world.redis.xtrim(key, "MAXLEN", 0);
    const watched = await runAtes(["schemas", "--old"], { world });
    expect(watched.code, watched.out).to.equal(0);
    expect(watched.out).to.contain("0 versions in use, 0 of them old");
    await release(KNOWS_NO_VERSION_1);
    await work("LATE");
    await expectBooked("LATE");
    expect((await world.pool.query("select from dead_letters")).rowCount).to.equal(0);
  });

  const streams = (): string[] =>
    ALL_TOPICS.flatMap((topic) =>
      Array.from({ length: partitionsOf(TOPICS[topic].spread, world.company.partitions) }, (_, partition) =>
        streamKey({ topic, partition }),
      ),
    );

  async function everyEntry(): Promise<string[]> {
    const pages = await Promise.all(streams().map((key) => world.redis.xrange(key, "-", "+")));
    return pages.flat().map(([, fields]) => fields[1] ?? "");
  }

  /** Fees and rewards of each of the tasks, with the words as the board knows them. */
  async function expectBooked(name: string): Promise<void> {
    const { rows } = await world.pool.query<{ kind: string; title: string; jira_id: string | null }>(
      "select kind, title, jira_id from entries where title like $1 || ' %' order by kind, title",
      [name],
    );
    const words = (n: number) => ({ title: `${name} ${n}`, jira_id: n % 3 === 0 ? null : `${name}-${n}` });
    const all = Array.from({ length: TASKS }, (_, n) => n);
    expect(rows).to.deep.equal([
      ...all.map((n) => ({ kind: "fee", ...words(n) })),
      ...all.filter((n) => n % 2 === 0).map((n) => ({ kind: "reward", ...words(n) })),
    ]);
  }
});
