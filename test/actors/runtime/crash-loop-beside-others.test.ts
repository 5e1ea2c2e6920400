import { expect } from "chai";
import { newUuid } from "../../../schemas/ids.ts";
import { type Kind, streamKey, type Topic } from "../../../streams/topology.ts";
import { ask, register, type Sender } from "../../support/client.ts";
import { killerOf, type Patch, PatchedWorker } from "../../support/patched-worker.ts";
import { until } from "../../support/world.ts";
import { append, creation } from "./said-by.ts";
import { Stage } from "./stage.ts";

/** Over it unnoticed, over the batch that it was in, three over it alone, and the try after it was parked. */
const DEATHS_UNTIL_HELD = 1 + 1 + 3 + 1;
const PATIENCE_MS = 120_000;
/** So little at a time that what others bring is committed before, in every life. */
const BATCH = 5;
const FLOOD_EVERY_MS = 250;

/** It has time to read on before it dies: so the next life begins with what others brought to this one. */
const SLOW_COMMITS: Patch = {
  file: "actors/runtime/partition.ts",
  before: "await this.#commit(batch, writes);",
  put: 'if (kind === "account") await new Promise((resolve) => setTimeout(resolve, 100)); ',
};
const LATE_ANSWERS: Patch = {
  file: "actors/runtime/agenda.ts",
  before: "const answer = await otel.with(",
  put: "await new Promise((resolve) => setTimeout(resolve, 1_000)); ",
};
const DEADLY_ANSWER: Patch = {
  file: "actors/mailer/decide.ts",
  before: "  switch (message.type) {\n",
  put: '  if (message.type === "mail.answered") { process.kill(process.pid, "SIGKILL"); for (;;); }\n',
};

describe("a message that ends its host, where other streams bring something first in every life", function () {
  this.timeout(240_000);
  let stage: Stage;
  let worker: PatchedWorker | undefined;
  let flood: NodeJS.Timeout | undefined;
  let popug: Sender;

  beforeEach(async () => {
    stage = await Stage.open({
      ATES_PARTITIONS: "1",
      ATES_BEAT_EVERY_MS: "300",
      ATES_LEASE_TTL_MS: "2000",
      ATES_BATCH_ENTRIES_MAX: String(BATCH),
      ATES_RETRY_BASE_MS: "200",
      ATES_RETRY_ATTEMPTS_MAX: "2",
    });
    await stage.start();
    popug = await register(stage.world, "Popug");
    await stage.settled();
  });
  afterEach(async () => {
    clearInterval(flood);
    await worker?.stop();
    await stage.end();
  });

  /** Facts that were there before come again and again: read, dropped by their marks, and committed. */
  async function begin(topic: Topic): Promise<void> {
    const [fact] = await stage.world.redis.xrange(streamKey({ topic, partition: 0 }), "-", "+", "COUNT", 1);
    const payload = fact?.[1][1] ?? "";
    const more = () =>
      Promise.all(Array.from({ length: 2 * BATCH }, () => append(stage.world, topic, payload)));
    await more();
    flood = setInterval(() => void more().catch(() => undefined), FLOOD_EVERY_MS);
  }

  /** Which owners of the kind's partition have committed something. */
  async function watch(kind: Kind): Promise<() => Promise<number>> {
    await stage.world.pool.query(`
      create table committed (epoch bigint primary key);
      create function note_commit() returns trigger language plpgsql as $$
        begin insert into committed values (new.epoch) on conflict do nothing; return null; end $$;
      create trigger note_commit after update on partitions for each row
        when (new.kind = '${kind}' and new.cursors is distinct from old.cursors) execute function note_commit()`);
    return () => stage.count("select from committed");
  }

  const letters = (state: string) =>
    stage.rows<object>("select kind, code, attempts from dead_letters where state = $1", [state]);

  it("G8: a fact is found within a few lives and held", async () => {
    await stage.stopAll();
    const fruitful = await watch("account");
    await begin("users");
    worker = new PatchedWorker(stage.world, [killerOf("account", "Kills the account"), SLOW_COMMITS]);
    await append(stage.world, "task-board", creation("Kills the account", popug));
    await until(async () => (await letters("held"))[0], "it is held", PATIENCE_MS);
    expect(await letters("held")).to.deep.equal([{ kind: "account", code: "host_lost", attempts: 2 }]);
    expect(worker.deaths).to.be.within(2, DEATHS_UNTIL_HELD);
    expect(await fruitful(), "lives that committed something").to.be.above(worker.deaths - 2);
  });

  it("G8: the answer of a gateway is found, though whatever is new comes before it", async () => {
    await stage.stopAll();
    const fruitful = await watch("mailer");
    await begin("users");
    const linkId = newUuid();
    const link = { linkId, userId: popug.id, purpose: "invitation", expiresAt: "2100-01-01T00:00:00.000Z" };
    worker = new PatchedWorker(stage.world, [DEADLY_ANSWER, LATE_ANSWERS]);
    await ask(stage.world, "directory", "link.send", `user/${popug.id}`, link);
    await until(async () => (await letters("dead"))[0], "it is given up", PATIENCE_MS);
    expect(await letters("dead")).to.deep.equal([{ kind: "mailer", code: "host_lost", attempts: 2 }]);
    expect(worker.deaths).to.be.within(2, DEATHS_UNTIL_HELD);
    expect(await fruitful(), "lives that committed something").to.be.above(worker.deaths - 2);
  });
});
