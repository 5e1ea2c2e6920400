/**
 * pg-boss: a job per message, in Postgres. It hands a handler as many jobs as it fetched; with `asOne` the handler posts
 * them in one statement, else one after another beside each other.
 */
import { PgBoss } from "pg-boss";
import { runProgram, until } from "../program.ts";
import { inPieces, type Message, messagesOf, PeerLedger, type PeerTask } from "./posting.ts";

const QUEUE = "postings";

let ledger: PeerLedger;
let boss: PgBoss;
let task: PeerTask & { readonly asOne: boolean };

runProgram<PeerTask & { readonly asOne: boolean }>({
  async prepare(given) {
    task = given;
    ledger = await PeerLedger.open(task);
    boss = new PgBoss({
      connectionString: task.databaseUrl,
      max: task.connections,
      supervise: false,
      schedule: false,
    });
    boss.on("error", () => {});
    await boss.start();
    await boss.createQueue(QUEUE);
    for (const piece of inPieces(messagesOf(task), 500))
      await boss.insert(
        QUEUE,
        piece.map((data) => ({ data })),
      );
  },

  async measure() {
    const startedMs = performance.now();
    await boss.work<Message>(
      QUEUE,
      {
        batchSize: task.batch,
        localConcurrency: Math.max(1, Math.floor(task.concurrency / task.batch)),
        pollingIntervalSeconds: 0.5,
        burstWhenBatchFull: true,
      },
      async (jobs) => {
        const messages = jobs.map(({ data }) => data);
        if (task.asOne) await ledger.postMany(messages);
        else await Promise.all(messages.map((message) => ledger.post(message)));
      },
    );
    await until(() => ledger.posted >= task.messages);
    await until(isEmpty);
    return { "postings/s": task.messages / ((performance.now() - startedMs) / 1_000) };
  },

  async clear() {
    await boss.stop({ graceful: true, timeout: 5_000 });
    await ledger.close(task.messages);
  },
});

async function isEmpty(): Promise<boolean> {
  const { rowCount } = await ledger.pool.query(
    "select from pgboss.job where state < 'completed' and name = $1 limit 1",
    [QUEUE],
  );
  return rowCount === 0;
}
