/** What runs in the mail thread: the SMTP gateway, told by messages of the host's side (smtp-thread-gateway.ts). */
import { parentPort, workerData } from "node:worker_threads";
import type { Envelope } from "../../schemas/envelope.ts";
import { type MakePaper, SmtpGateway } from "./smtp-gateway.ts";
import type { FromThread, SmtpThreadOptions, ToThread } from "./smtp-thread-gateway.ts";

/** What a module of papers has: given by whoever composes, for nothing here knows where entries are read. */
interface Papers {
  readonly paper: MakePaper;
  close(): Promise<void>;
}

const { papers, ...options } = workerData as SmtpThreadOptions;
let opened: Promise<Papers> | undefined;
const gateway = new SmtpGateway(
  options,
  ...(papers === undefined
    ? []
    : [async (asked: Parameters<MakePaper>[0]) => (await open(papers)).paper(asked)]),
);
const deadlines = new Map<number, AbortController>();
let isClosing = false;

parentPort?.on("message", (message: ToThread) => {
  if (message === "close") close();
  else if ("request" in message) void call(message.call, message.request);
  else deadlines.get(message.call)?.abort();
});

/** Once, when somebody asks: fonts and a pool are not for whoever mails receipts alone. */
function open({ module, databaseUrl }: NonNullable<SmtpThreadOptions["papers"]>): Promise<Papers> {
  opened ??= import(module).then(({ StatementBooks }) => new StatementBooks(databaseUrl));
  return opened;
}

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
  if (deadlines.size > 0) return;
  void opened?.then((books) => books.close());
  parentPort?.close();
}
