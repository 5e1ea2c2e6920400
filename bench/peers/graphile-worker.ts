/** graphile-worker: a job per message, in Postgres, with its local queue and batched completion. */
import { Logger, makeWorkerUtils, type Runner, run } from "graphile-worker";
import { runProgram, until } from "../program.ts";
import { inPieces, type Message, messagesOf, PeerLedger, type PeerTask } from "./posting.ts";

const QUIET = new Logger(() => () => {});

let ledger: PeerLedger;
let runner: Runner | undefined;
let task: PeerTask;

runProgram<PeerTask>({
  async prepare(given) {
    task = given;
    ledger = await PeerLedger.open(task);
    const utils = await makeWorkerUtils({ pgPool: ledger.pool, logger: QUIET });
    await utils.migrate();
    for (const piece of inPieces(messagesOf(task), 500)) {
      await utils.addJobs(piece.map((payload) => ({ identifier: "post", payload })));
    }
    await utils.release();
  },

  async measure() {
    const startedMs = performance.now();
    runner = await run({
      pgPool: ledger.pool,
      logger: QUIET,
      noHandleSignals: true,
      taskList: { post: (payload) => ledger.post(payload as Message) },
      preset: {
        worker: {
          concurrentJobs: task.concurrency,
          maxPoolSize: task.connections,
          localQueue: { size: task.batch },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
    await until(() => ledger.posted >= task.messages);
    await until(isEmpty);
    return { "postings/s": task.messages / ((performance.now() - startedMs) / 1_000) };
  },

  async clear() {
    await runner?.stop();
    await ledger.close(task.messages);
  },
});

async function isEmpty(): Promise<boolean> {
  const { rowCount } = await ledger.pool.query("select from graphile_worker.jobs limit 1");
  return rowCount === 0;
}
