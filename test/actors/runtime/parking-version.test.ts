import { expect } from "chai";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { streamKey } from "../../../streams/topology.ts";
import { register } from "../../support/client.ts";
import { type Patch, PatchedWorker } from "../../support/patched-worker.ts";
import { until } from "../../support/world.ts";
import { ParkingStage } from "./parking-stage.ts";
import { append, changed } from "./said-by.ts";

/** A host of the release to come: task.assigned has a third version there, and the second becomes it unchanged. */
const NEXT_RELEASE: readonly Patch[] = [
  {
    file: "schemas/registry.ts",
    before: "export const COMMON_SCHEMA",
    put: `{
      const v2 = SCHEMA_FILES.find(({ type, version }) => type === "task.assigned" && version === 2);
      (SCHEMA_FILES as SchemaFile[]).push({ ...v2, version: 3, schema: { ...v2.schema, $id: "task.assigned.v3.json" } });
    }\n`,
  },
  {
    file: "schemas/upcast.ts",
    before: '  "task.started:1"',
    put: '  "task.assigned:2": unchanged,\n',
  },
];

describe("a version that this host does not know", function () {
  this.timeout(120_000);
  let parking: ParkingStage;
  let worker: PatchedWorker | undefined;
  let victim: UserId;
  let other: UserId;

  beforeEach(async () => {
    parking = await ParkingStage.open({
      ATES_RETRY_BASE_MS: "5",
      ATES_RETRY_MAX_MS: "20",
      ATES_RETRY_ATTEMPTS_MAX: "2",
    });
    await parking.start();
    victim = (await register(parking.stage.world, "Popug")).id;
    other = (await register(parking.stage.world, "Pepe")).id;
    await parking.stage.settled();
  });
  afterEach(async () => {
    await worker?.stop();
    await parking.stage.end();
  });

  const titlesOf = async (id: UserId) => (await parking.entriesOf(id)).map(({ title }) => title);
  const waits = (count: number) =>
    until(async () => {
      const own = await parking.waiting();
      return own.length === count && own;
    }, `${count} wait`);

  /** The last envelope of the stream again, under its next number, as the release to come would write it. */
  async function chargeNext(title: string): Promise<void> {
    const stream = streamKey({ topic: "tasks", partition: 0 });
    const [entry] = await parking.stage.world.redis.xrevrange(stream, "+", "-", "COUNT", 1);
    const last = JSON.parse(entry?.[1][1] ?? "{}");
    const data = { ...last.data, taskId: newUuid(), title, assigneeId: victim };
    const head = {
      id: newUuid(),
      source: "/ates/directory/0",
      sequence: "1",
      dataschema: "urn:ates:task.assigned:3",
    };
    await append(
      parking.stage.world,
      "tasks",
      changed(JSON.stringify(last), { ...head, partitionkey: victim, data }),
    );
  }

  it("G8 EVT-3 EVT-4: waits beyond every limit of attempts, and is decided, with all behind it, when a host that knows it takes the partition", async () => {
    await parking.charge(victim, ["Before"]);
    await until(async () => (await titlesOf(victim)).length === 1, "it is booked");
    await chargeNext("Of the next release");
    await waits(1);
    await parking.charge(victim, ["Behind"]);
    await parking.charge(other, ["For the other"]);
    const [first] = await until(async () => {
      const own = await parking.letters("attempts > 4");
      return own.length > 0 && own;
    }, "it has been tried more often than others are");
    expect(first).to.include({ code: "unknown_version", state: "parked" });
    expect(await titlesOf(victim)).to.deep.equal(["Before"]);
    expect(await titlesOf(other)).to.deep.equal(["For the other"]);
    await parking.stage.stopAll();
    await parking.stage.world.pool.query("delete from later"); // no timer has to come due for it
    worker = new PatchedWorker(parking.stage.world, NEXT_RELEASE);
    await until(
      async () => (await parking.waiting()).length === 0,
      `it is decided: ${worker.output}`,
      60_000,
    );
    expect(await titlesOf(victim)).to.deep.equal(["Before", "Of the next release", "Behind"]);
    expect(worker.deaths, worker.output).to.equal(0);
    expect(await parking.stage.sum()).to.equal(0);
  });

  it("EVT-3 EVT-4: of a fact that the kind does not act on passes by: no letter, no parked mailbox, and its channel goes on", async () => {
    await parking.charge(victim, ["Before"]);
    const stream = streamKey({ topic: "tasks", partition: 0 });
    const [entry] = await parking.stage.world.redis.xrevrange(stream, "+", "-", "COUNT", 1);
    const edited = {
      id: newUuid(),
      type: "task.edited",
      dataschema: "urn:ates:task.edited:9",
      source: "/ates/directory/0",
    };
    await append(parking.stage.world, "tasks", changed(entry?.[1][1] ?? "", { ...edited, sequence: "1" }));
    await parking.charge(victim, ["After"]);
    await until(async () => (await titlesOf(victim)).length === 2, "what came after it is booked");
    const [{ inbox } = { inbox: {} }] = await parking.stage.rows<{ inbox: Record<string, number> }>(
      "select inbox from partitions where kind = 'account'",
    );
    expect(inbox["tasks/0</ates/directory/0"]).to.equal(1);
    expect(await parking.letters("kind = 'account'")).to.deep.equal([]);
  });
});
