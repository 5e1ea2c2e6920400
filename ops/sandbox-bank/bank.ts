/**
 * The sandbox bank: a payment provider as a process of its own (PAY-2), with books of its own and faults to order. Its
 * protocol is in actors/payment/README.md; `GET /books` tells what really happened to the money.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BankBooks, type BankPayment, type Fate, type Order } from "./books.ts";
import { Callbacks } from "./callbacks.ts";
import { checkedFaults, draw, type Faults } from "./faults.ts";
import { readOrder, refusalOf } from "./read-order.ts";

export interface BankOptions {
  readonly dataDir: string;
  readonly key: string;
  readonly port?: number;
  readonly faults?: Faults;
  readonly seed?: number;
  readonly slowMs?: number;
  readonly lateMs?: number;
  readonly bounceMs?: number;
  readonly callbackUrl?: string | undefined;
  readonly callbackSecret: string;
  readonly log?: (line: string) => void;
}

export interface Bank {
  readonly url: string;
  readonly books: BankBooks;
  order(faults: Faults): void;
  stop(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

const HOST = "127.0.0.1";
const LOOK_EVERY_MS = 50;
const BODY_BYTES_MAX = 65_536;

export async function startBank(options: BankOptions): Promise<Bank> {
  const bank = new SandboxBank(options);
  const url = await bank.listen();
  return { url, books: bank.books, order: bank.order, stop: () => bank.stop() };
}

class SandboxBank {
  readonly books: BankBooks;
  readonly #options: BankOptions;
  readonly #server: Server;
  #faults: Faults;
  /** How often a payment was asked about, so that a repeat has luck of its own. */
  readonly #requests = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BankOptions) {
    this.#options = options;
    this.books = new BankBooks(options.dataDir);
    this.#faults = options.faults ?? {};
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  readonly order = (faults: Faults): void => {
    this.#faults = faults;
  };

  async listen(): Promise<string> {
    const { port = 0, callbackUrl, callbackSecret, log = () => undefined } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, HOST, resolve);
    });
    const isLost = (id: string) =>
      draw(this.#faults, ["lost"], this.#options.seed ?? 1, "callback", id) === "lost";
    const callbacks =
      callbackUrl === undefined
        ? undefined
        : new Callbacks({ books: this.books, url: callbackUrl, secret: callbackSecret, isLost, log });
    this.#timer = setInterval(() => {
      this.books.settleDue();
      callbacks?.send();
    }, LOOK_EVERY_MS);
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.books.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const text = await textOf(request);
      const reply = await this.#answer(request, text);
      if (reply === undefined) response.destroy();
      else send(response, reply);
    } catch (error) {
      this.#options.log?.(`a request failed: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) send(response, { status: 500, body: { code: "internal_error" } });
    }
  }

  /** Undefined: the line is cut. */
  async #answer(request: IncomingMessage, text: string): Promise<Reply | undefined> {
    if (request.headers.authorization !== `Bearer ${this.#options.key}`)
      return { status: 401, body: { code: "unauthorized", detail: "expected the key as a bearer token" } };
    const { method = "GET" } = request;
    const path = new URL(request.url ?? "/", "http://bank").pathname;
    if (method === "GET" && path === "/books") return { status: 200, body: this.#statement() };
    if (method === "PUT" && path === "/faults") return this.#orderFaults(text);
    const [, reference] = /^\/payments\/([\w-]{1,64})$/.exec(path) ?? [];
    if (method === "GET" && reference !== undefined)
      return this.#withFaults(`GET ${reference}`, () => this.#show(reference));
    if (method === "POST" && path === "/payments") {
      const read = readOrder(text, request.headers["idempotency-key"]?.toString());
      if ("problem" in read) return { status: 400, body: { code: "invalid_order", detail: read.problem } };
      return this.#withFaults(`POST ${read.order.reference}`, () => this.#place(read.order));
    }
    return { status: 404, body: { code: "not_found", detail: `there is nothing at ${method} ${path}` } };
  }

  #orderFaults(text: string): Reply {
    try {
      this.#faults = checkedFaults(JSON.parse(text));
      return { status: 200, body: this.#faults };
    } catch (error) {
      return { status: 400, body: { code: "invalid_faults", detail: (error as Error).message } };
    }
  }

  async #withFaults(asked: string, work: () => Reply): Promise<Reply | undefined> {
    const count = (this.#requests.get(asked) ?? 0) + 1;
    this.#requests.set(asked, count);
    const { seed = 1, slowMs = 3_000 } = this.#options;
    const fault = draw(this.#faults, ["slow", "error", "silent"], seed, asked, count);
    if (fault === "error") return { status: 503, body: { code: "unavailable", detail: "ordered fault" } };
    const reply = work();
    if (fault === "slow") await sleep(slowMs);
    return fault === "silent" ? undefined : reply;
  }

  #show(reference: string): Reply {
    const payment = this.books.find(reference);
    return payment === undefined
      ? { status: 404, body: { code: "payment_not_found", detail: `there is no payment ${reference}` } }
      : { status: 200, body: shown(payment) };
  }

  #place(order: Order): Reply {
    const placed = this.books.place(order, this.#fateOf(order));
    if (placed.state === "exists-with-different-order")
      return { status: 422, body: { code: "key_reused", detail: "the key was used for another order" } };
    return { status: placed.state === "created" ? 201 : 200, body: shown(placed.payment) };
  }

  #fateOf(order: Order): Fate {
    const { seed = 1, lateMs = 2_000, bounceMs = 1_000 } = this.#options;
    const nowMs = Date.now();
    const reason = refusalOf(order);
    const never = { payAtMs: null, bounceAtMs: null };
    if (reason !== null) return { state: "rejected", reason, ...never };
    switch (draw(this.#faults, ["late", "bounce", "reject"], seed, order.reference)) {
      case "reject":
        return { state: "rejected", reason: "AM04: ordered fault: the payment is refused.", ...never };
      case "late":
        return { state: "pending", reason: null, payAtMs: nowMs + lateMs, bounceAtMs: null };
      case "bounce":
        return { state: "paid", reason: null, payAtMs: null, bounceAtMs: nowMs + bounceMs };
      default:
        return { state: "paid", reason: null, ...never };
    }
  }

  #statement(): object {
    const payments = this.books.payments();
    const movements = this.books.movements();
    const sumMinor = movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    const { callbacksWaiting, paymentsUnderWay } = this.books;
    return { payments, movements, sumMinor, callbacksWaiting, paymentsUnderWay };
  }
}

function shown({ reference, amountMinor, currency, state, reason }: BankPayment): object {
  return { reference, amountMinor, currency, state, reason };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error(`expected a body of at most ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
