/** What the sandbox bank tells of payments, signed by Standard Webhooks, again and again until somebody answers 2xx. */
import { Webhook } from "standardwebhooks";
import type { BankBooks, Callback } from "./books.ts";

export interface CallbacksOptions {
  readonly books: BankBooks;
  readonly url: string;
  readonly secret: string;
  /** A fault: it is not made, and counts as made. */
  readonly isLost: (id: string) => boolean;
  readonly log: (line: string) => void;
}

const AT_ONCE_MAX = 16;
const TIMEOUT_MS = 5_000;
const WAIT_FIRST_MS = 500;
const WAIT_MAX_MS = 60_000;

export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #webhook: Webhook;
  readonly #underWay = new Set<string>();

  constructor(options: CallbacksOptions) {
    this.#options = options;
    this.#webhook = new Webhook(options.secret);
  }

  /** Begins what is due; never throws. */
  send(): void {
    for (const callback of this.#options.books.dueCallbacks(AT_ONCE_MAX)) {
      if (this.#underWay.has(callback.id) || this.#underWay.size >= AT_ONCE_MAX) continue;
      this.#underWay.add(callback.id);
      void this.#call(callback).finally(() => this.#underWay.delete(callback.id));
    }
  }

  async #call({ id, body, attempts }: Callback): Promise<void> {
    const { books, url, isLost, log } = this.#options;
    if (isLost(id)) return books.calledBack(id);
    const at = new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": this.#webhook.sign(id, at, body),
    };
    try {
      const response = await fetch(url, {
        method: "POST",
        headers,
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (response.ok) return books.calledBack(id);
      log(`${url} answered ${response.status} to ${id}; it is called again`);
    } catch (error) {
      log(`${url} could not be called: ${error instanceof Error ? error.message : String(error)}`);
    }
    books.callBackLater(id, Math.min(WAIT_FIRST_MS * 2 ** attempts, WAIT_MAX_MS));
  }
}
