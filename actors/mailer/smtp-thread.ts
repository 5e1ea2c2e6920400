/** What runs in the mail thread: the SMTP gateway, told by messages of the host's side (smtp-thread-gateway.ts). */
import { parentPort, workerData } from "node:worker_threads";
import type { Envelope } from "../../schemas/envelope.ts";
import { SmtpGateway, type SmtpOptions } from "./smtp-gateway.ts";
import type { FromThread, ToThread } from "./smtp-thread-gateway.ts";

const gateway = new SmtpGateway(workerData as SmtpOptions);
const deadlines = new Map<number, AbortController>();
let isClosing = false;

parentPort?.on("message", (message: ToThread) => {
  if (message === "close") close();
  else if ("request" in message) void call(message.call, message.request);
  else deadlines.get(message.call)?.abort();
});

async function call(number: number, request: Envelope): Promise<void> {
  const deadline = new AbortController();
  deadlines.set(number, deadline);
  // A deadline that has passed already is told right after the call, and nothing may be sent before it is heard.
  await new Promise((resolve) => setImmediate(resolve));
  try {
    tell({ call: number, answer: await gateway.call(request, deadline.signal) });
  } catch (error) {
    tell({ call: number, error });
  } finally {
    deadlines.delete(number);
    if (isClosing) endWhenDone();
  }
}

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

function close(): void {
  isClosing = true;
  gateway.close();
  endWhenDone();
}

/** Without its port nothing holds the thread. */
function endWhenDone(): void {
  if (deadlines.size === 0) parentPort?.close();
}
