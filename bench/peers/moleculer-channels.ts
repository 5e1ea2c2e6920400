/** @moleculer/channels: a message per entry of a Redis stream, by its Redis adapter. It hands a handler one at a time. */
import channels from "@moleculer/channels";
import { ServiceBroker } from "moleculer";
import { runProgram, until } from "../program.ts";
import { type Message, messagesOf, PeerLedger, type PeerTask } from "./posting.ts";

const CHANNEL = "postings";

let ledger: PeerLedger;
let task: PeerTask;
let broker: ServiceBroker;

runProgram<PeerTask>({
  async prepare(given) {
    task = given;
    ledger = await PeerLedger.open(task);
    const adapter = {
      type: "Redis",
      options: { redis: { url: task.redisUrl, consumerOptions: { startID: "0" } } },
    };
    broker = new ServiceBroker({
      logger: false,
      middlewares: [channels.Middleware({ adapter } as never) as never],
    });
    await broker.start();
    const waiting = messagesOf(task);
    const sender = broker as unknown as { sendToChannel(name: string, message: Message): Promise<void> };
    await Promise.all(waiting.map((message) => sender.sendToChannel(CHANNEL, message)));
  },

  async measure() {
    const startedMs = performance.now();
    await broker.createService({
      name: "ledger",
      channels: {
        [CHANNEL]: {
          group: "ledger",
          maxInFlight: task.concurrency,
          handler: (message: Message) => ledger.post(message),
        },
      },
    } as never);
    await until(() => ledger.posted >= task.messages);
    return { "postings/s": task.messages / ((performance.now() - startedMs) / 1_000) };
  },

  async clear() {
    await broker.stop();
    await ledger.close(task.messages);
  },
});
