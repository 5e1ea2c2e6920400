/** BullMQ: a job per message, in Redis. Its open version hands a handler one job at a time. */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { runProgram, until } from "../program.ts";
import { inPieces, type Message, messagesOf, PeerLedger, type PeerTask } from "./posting.ts";

const QUEUE = "postings";

let ledger: PeerLedger;
let queue: Queue;
let worker: Worker;
let connection: Redis;
let messages: number;

runProgram<PeerTask>({
  async prepare(task) {
    messages = task.messages;
    ledger = await PeerLedger.open(task);
    connection = new Redis(task.redisUrl, { maxRetriesPerRequest: null });
    queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true } });
    for (const piece of inPieces(messagesOf(task), 500)) {
      await queue.addBulk(piece.map((data) => ({ name: "post", data, opts: { jobId: data.id } })));
    }
    worker = new Worker<Message>(QUEUE, ({ data }) => ledger.post(data), {
      connection,
      concurrency: task.concurrency,
      autorun: false,
    });
    worker.on("error", () => {});
    await worker.waitUntilReady();
  },

  async measure() {
    const startedMs = performance.now();
    let completed = 0;
    worker.on("completed", () => {
      completed += 1;
    });
    void worker.run();
    await until(() => completed >= messages);
    return { "postings/s": messages / ((performance.now() - startedMs) / 1_000) };
  },

  async clear() {
    await worker.close();
    await queue.close();
    connection.disconnect();
    await ledger.close(messages);
  },
});
