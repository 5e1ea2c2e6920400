/**
 * The demo's way to the API, as any client's would be: fetch and nothing else.
 *
 * 1. Every command has an Idempotency-Key, and is repeated under the same key when its answer is lost.
 * 2. 429, 503 and "still running" are waited out as long as Retry-After says.
 * 3. A promise (202 with the Location of a command) is followed until the command's own answer is there.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { User } from "./answers.ts";

const BASE = "/api/v1";
const ATTEMPTS_MAX = 60;
const ANSWER_MS_MAX = 35_000;
const LOST_ANSWER_WAIT_MS = 200;
const PROMISE_LOOK_MS = 50;
const PAGE = 200;

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** The problem's code, of a refusal. */
  readonly code: string | undefined;
  readonly replayed: boolean;
  readonly location: string | null;
}

export interface Wish {
  readonly key?: string;
  readonly prefer?: string;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

interface Promised {
  readonly state: "pending" | "done";
  readonly status: number | null;
  readonly body: unknown;
}

export interface Traffic {
  requests: number;
  /** Answered with 429, 503 or "still running", or not at all, and sent again. */
  repeated: number;
  promised: number;
}

/** An answer that the contract does not have here. */
export class UnexpectedAnswer extends Error {
  readonly code = "unexpected_answer";

  constructor(what: string, { status, body }: Answer<unknown>) {
    super(`${what} was answered with ${status}: ${JSON.stringify(body)}`);
  }
}

export class ApiClient {
  readonly traffic: Traffic = { requests: 0, repeated: 0, promised: 0 };
  readonly url: string;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.url = url.replace(/\/$/, "");
    this.#signal = signal;
  }

  /** Undefined when e-mail and password do not go together. */
  async signIn(email: string, password: string): Promise<Session | undefined> {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ email, password });
    const answer = await this.send({ method: "POST", path: `${BASE}/auth/login`, headers, body });
    if (answer.code === "invalid_credentials") return undefined;
    if (answer.status !== 200) throw new UnexpectedAnswer(`the log-in of ${email}`, answer);
    const { accessToken, user } = answer.body as { accessToken: string; user: User };
    return new Session(this, user, accessToken);
  }

  async send(sent: Sent): Promise<Answer<unknown>> {
    for (let attempt = 1; ; attempt++) {
      const { answer, waitMs } = await this.#try(sent);
      if (answer !== undefined && waitMs === undefined) return answer;
      if (attempt === ATTEMPTS_MAX)
        throw new Error(`${sent.method} ${sent.path} was refused ${attempt} times`);
      this.traffic.repeated += 1;
      await sleep(waitMs, undefined, { signal: this.#signal });
    }
  }

  async follow(location: string, headers: Record<string, string>): Promise<Promised & { status: number }> {
    this.traffic.promised += 1;
    for (;;) {
      const { body } = await this.send({ method: "GET", path: location, headers });
      const promised = body as Promised;
      if (promised.state === "done") return { ...promised, status: promised.status ?? 0 };
      await sleep(PROMISE_LOOK_MS, undefined, { signal: this.#signal });
    }
  }

  async #try({ method, path, headers, body }: Sent): Promise<{ answer?: Answer<unknown>; waitMs?: number }> {
    this.traffic.requests += 1;
    try {
      const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
      const response = await fetch(`${this.url}${path}`, { method, headers, signal, ...(body && { body }) });
      const answer = await answerOf(response);
      return mustWait(answer) ? { answer, waitMs: retryAfterMs(response) } : { answer };
    } catch (error) {
      this.#signal.throwIfAborted();
      // Safe for commands as well: the repeated one has the same key.
      if (error instanceof TypeError || (error as Error).name === "TimeoutError") {
        return { waitMs: LOST_ANSWER_WAIT_MS };
      }
      throw error;
    }
  }
}

/** One person, signed in. */
export class Session {
  readonly user: User;
  readonly #client: ApiClient;
  readonly #authorization: string;

  constructor(client: ApiClient, user: User, token: string) {
    this.#client = client;
    this.user = user;
    this.#authorization = `Bearer ${token}`;
  }

  /** A read that may be refused. */
  ask<T>(path: string): Promise<Answer<T>> {
    const headers = { Authorization: this.#authorization };
    return this.#client.send({ method: "GET", path: `${BASE}${path}`, headers }) as Promise<Answer<T>>;
  }

  async read<T>(path: string): Promise<T> {
    const answer = await this.ask<T>(path);
    if (answer.status !== 200) throw new UnexpectedAnswer(`GET ${path}`, answer);
    return answer.body;
  }

  /** Every page of a list. */
  async readAll<T>(path: string): Promise<T[]> {
    const all: T[] = [];
    let cursor = "";
    for (;;) {
      const url = `${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}${cursor}`;
      const { items, next } = await this.read<Page<T>>(url);
      all.push(...items);
      if (next === null) return all;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }

  /** A command and its own answer, refusals among them. */
  async command<T>(
    method: "POST" | "PATCH",
    path: string,
    body?: object,
    wish: Wish = {},
  ): Promise<Answer<T>> {
    const { key = randomUUID(), prefer } = wish;
    const headers = {
      Authorization: this.#authorization,
      "Idempotency-Key": key,
      ...(prefer === undefined ? {} : { Prefer: prefer }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    };
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await this.#client.send({ method, path: `${BASE}${path}`, headers, ...json });
    if (answer.status !== 202 || !answer.location?.includes("/commands/")) return answer as Answer<T>;
    const kept = await this.#client.follow(answer.location, { Authorization: this.#authorization });
    return { ...answer, status: kept.status, body: kept.body as T, code: codeOf(kept.body) };
  }

  /** A command that must be accepted. */
  async order<T>(method: "POST" | "PATCH", path: string, body?: object, wish: Wish = {}): Promise<T> {
    const answer = await this.command<T>(method, path, body, wish);
    if (answer.status >= 300) throw new UnexpectedAnswer(`${method} ${path}`, answer);
    return answer.body;
  }
}

async function answerOf(response: Response): Promise<Answer<unknown>> {
  const text = await response.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  return {
    status: response.status,
    body,
    code: codeOf(body),
    replayed: response.headers.get("Idempotency-Replayed") === "true",
    location: response.headers.get("Location"),
  };
}

function codeOf(body: unknown): string | undefined {
  return (body as { code?: string } | undefined)?.code;
}

function mustWait({ status, code }: Answer<unknown>): boolean {
  return status === 429 || status === 503 || code === "command_running";
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("Retry-After") ?? "1");
  return Number.isFinite(seconds) ? seconds * 1_000 : 1_000;
}
