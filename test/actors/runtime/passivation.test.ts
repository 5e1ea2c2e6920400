import { expect } from "chai";
import type { Company } from "../../../schemas/company.ts";
import { derivedUuid, type UserId } from "../../../schemas/ids.ts";
import { streamKey, type Topic } from "../../../streams/topology.ts";
import { ADMIN, commandEnvelope, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { changed } from "./said-by.ts";
import { Stage, storeWith } from "./stage.ts";

const ACCOUNTS = 500;
const TASKS = 500;
const TIME = "2026-06-01T10:00:00.000Z";

/** The same run to the letter: fixed ids, times and secret; what differs is what the runtime does with it. */
async function ledgerOf(
  env: Record<string, string>,
): Promise<{ entries: unknown; tasks: unknown; sum: number; loads: number }> {
  const stage = await Stage.open({ ATES_PARTITIONS: "2", ...env });
  try {
    const company: Company = { ...stage.world.company, secret: "the same in both runs" };
    let loads = 0;
    const store = storeWith((real) => ({
      load(lease, keys) {
        if (lease.kind === "account") loads += keys.length;
        return real.load(lease, keys);
      },
    }));
    await stage.start({ company, store });
    await play(stage);
    return {
      loads,
      entries: await stage.rows(
        "select account_id, kind, amount, task_id, counter_account from entries order by account_id, kind, task_id, amount",
      ),
      tasks: await stage.rows("select id, assignee_id, fee, reward, status from tasks order by id"),
      sum: await stage.sum(),
    };
  } finally {
    await stage.end();
  }
}

async function play(stage: Stage): Promise<void> {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
  const id = (word: string, n: number) => derivedUuid(Date.parse(TIME), word, n);
  const mail = (n: number) => `p${n}@test.local`;
  await tell(stage, "directory", ACCOUNTS, (n) =>
    commandEnvelope(
      "user.register",
      mail(n),
      { email: mail(n), name: `P${n}`, role: "employee" },
      ADMIN,
      id("person", n),
    ),
  );
  await tell(stage, "task-board", TASKS, (n) =>
    commandEnvelope("task.create", "new", { title: `Task ${n}` }, ADMIN, id("task", n)),
  );
  await tell(stage, "task-board", 1, () =>
    commandEnvelope("tasks.shuffle", "shuffle", {}, ADMIN, id("shuffle", 0)),
  );
  await until(
    async () => (await stage.count("select from jobs where state = 'done'")) === 1,
    "the shuffle ends",
  );
  await stage.settled();
  const open = await stage.rows<{ id: string; assignee_id: string }>(
    "select id, assignee_id from tasks order by number",
  );
  const half = numbers(TASKS / 2);
  await tell(stage, "task-board", half.length, (n) => {
    const { id: taskId, assignee_id } = open[2 * n] as { id: string; assignee_id: string };
    const sender: Sender = { id: assignee_id as UserId, role: "employee" };
    return commandEnvelope("task.complete", `task/${taskId}`, { taskId }, sender, id("complete", n));
  });
}

async function tell(
  stage: Stage,
  topic: Topic,
  count: number,
  envelopeOf: (n: number) => string,
): Promise<void> {
  const done = await stage.count("select from commands where state = 'done' and accepted");
  const pipeline = stage.world.redis.pipeline();
  for (let n = 0; n < count; n++) {
    pipeline.xadd(streamKey({ topic, partition: 0 }), "*", "e", changed(envelopeOf(n), { time: TIME }));
  }
  await pipeline.exec();
  await until(
    async () =>
      (await stage.count("select from commands where state = 'done' and accepted")) === done + count,
    `${count} commands are decided`,
    15_000,
  );
  await stage.settled();
}

describe("passivation", function () {
  this.timeout(120_000);

  it("a hundred hot entities per partition give the same ledger as twenty thousand, over 500 accounts and tasks", async () => {
    const roomy = await ledgerOf({});
    const tight = await ledgerOf({ ATES_HOT_ENTITIES_MAX: "100" });
    expect(tight.tasks).to.deep.equal(roomy.tasks);
    expect(tight.entries).to.deep.equal(roomy.entries);
    expect([tight.sum, roomy.sum]).to.deep.equal([0, 0]);
    expect(tight.loads, "accounts were let go and read again").to.be.greaterThan(roomy.loads);
  });
});
