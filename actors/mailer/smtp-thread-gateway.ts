/**
 * The mail server, called from a thread of its own (smtp-thread.ts). An SMTP conversation is a few steps, and in the
 * host's thread each of them would wait for a round of batches.
 *
 * A thread that ends takes no mail with it: the calls it has not answered throw, and the agenda makes them again. The
 * next call starts another.
 */
import { Worker } from "node:worker_threads";
import type { Envelope } from "../../schemas/envelope.ts";
import type { Gateway, GatewayAnswer } from "../runtime/gateway.ts";
import type { SmtpOptions } from "./smtp-gateway.ts";

/** To the thread: a call, or the end of one that waits no longer; at the end `close`. */
export type ToThread =
  | { readonly call: number; readonly request: Envelope }
  | { readonly call: number; readonly givenUp: true }
  | "close";

export type FromThread =
  | { readonly call: number; readonly answer: GatewayAnswer }
  | { readonly call: number; readonly error: unknown };

/** Nearly all of it is garbage within a mail or two: a large young generation, and an old one that cannot grow far. */
const MEMORY = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 128 };

export interface SmtpThreadOptions extends SmtpOptions {
  /** What makes papers: a module that is loaded when the first one is asked for, and where it reads. */
  readonly papers?: { readonly module: string; readonly databaseUrl: string };
}

export class SmtpThreadGateway implements Gateway {
  readonly #options: SmtpThreadOptions;
  #thread: Worker | undefined;
  readonly #calls = new Map<number, PromiseWithResolvers<GatewayAnswer>>();
  #lastCall = 0;

  constructor(options: SmtpThreadOptions) {
    this.#options = options;
  }

  async call(request: Envelope, deadline: AbortSignal): Promise<GatewayAnswer> {
    this.#thread ??= this.#start();
    this.#lastCall += 1;
    const call = this.#lastCall;
    const answer = Promise.withResolvers<GatewayAnswer>();
    const giveUp = () => this.#tell({ call, givenUp: true });
    this.#calls.set(call, answer);
    this.#tell({ call, request });
    if (deadline.aborted) giveUp();
    else deadline.addEventListener("abort", giveUp, { once: true });
    try {
      return await answer.promise;
    } finally {
      deadline.removeEventListener("abort", giveUp);
      this.#calls.delete(call);
    }
  }

  /** Finishes what is being sent; nothing is taken any more. Nobody has to wait for it. */
  close(): void {
    this.#tell("close");
    this.#thread?.unref();
  }

  #tell(message: ToThread): void {
    this.#thread?.postMessage(message);
  }

  #start(): Worker {
    // Without the process's own preloads: they are for what is decided and traced, and that is not here.
    const main = new URL("./smtp-thread.ts", import.meta.url);
    const thread = new Worker(main, { workerData: this.#options, execArgv: [], resourceLimits: MEMORY });
    let reason: unknown = "no reason given";
    thread.on("message", (message: FromThread) => this.#hear(message));
    thread.on("error", (error) => {
      reason = error;
    });
    thread.on("exit", (code) =>
      this.#ended(thread, new Error(`the mail thread ended with ${code}: ${reason}`)),
    );
    return thread;
  }

  #hear(message: FromThread): void {
    const call = this.#calls.get(message.call);
    if ("error" in message) {
      call?.reject(message.error);
      return;
    }
    call?.resolve(message.answer);
  }

  #ended(thread: Worker, error: Error): void {
    if (this.#thread === thread) this.#thread = undefined;
    for (const { reject } of this.#calls.values()) reject(error);
  }
}
