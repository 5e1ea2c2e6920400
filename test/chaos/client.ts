/**
 * A client of the exchange that never gives up on a command: any edge, always the same Idempotency-Key, until the
 * command's own answer is there. It counts every answer and how long the refused ones took.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { PASSWORD } from "./installation.ts";

const BASE = "/api/v1";
const TRY_MS_MAX = 12_000;
const COMMAND_MS_MAX = 150_000;
const PAUSE_MS = 100;
const PAGE = 200;
/** EDGE-3: what is refused for want of a part is refused at once. */
const AT_ONCE_MS = 100;

export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
  readonly code: string | undefined;
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
}

interface Sent {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object | undefined;
  readonly key?: string | undefined;
  /** The edge to ask first, or always. */
  readonly edge?: string | undefined;
  readonly wait?: number | undefined;
}

export class Traffic {
  readonly #urls: readonly string[];
  readonly answers = new Map<string, number>();
  /** How long a 503 took, each. */
  readonly refusedMs: number[] = [];
  /** What the slow ones among them said, and how often. */
  readonly slowRefusals = new Map<string, number>();
  readonly unexpected: string[] = [];
  slowestMs = 0;
  #next = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  get requests(): number {
    return [...this.answers.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The edges take turns. */
  edge(): string {
    return this.#urls[this.#next++ % this.#urls.length] ?? "";
  }

  /** One request, one answer; undefined: none came. */
  async once(sent: Sent, token: string | undefined): Promise<Answer | undefined> {
    const startedMs = performance.now();
    try {
      const response = await fetch(`${sent.edge ?? this.edge()}${sent.path}`, {
        method: sent.method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(sent.body === undefined ? {} : { "content-type": "application/json" }),
          ...(sent.key === undefined ? {} : { "idempotency-key": sent.key }),
          ...(sent.wait === undefined ? {} : { prefer: `wait=${sent.wait}` }),
        },
        ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
        signal: AbortSignal.timeout(TRY_MS_MAX),
      });
      const text = await response.text();
      return this.#counted(sent, response.status, text, performance.now() - startedMs);
    } catch (error) {
      this.#count((error as Error).name === "TimeoutError" ? "no answer in time" : "connection lost");
      return undefined;
    }
  }

  #counted(sent: Sent, status: number, text: string, ms: number): Answer {
    const body = (text === "" ? undefined : JSON.parse(text)) as
      | { code?: string; detail?: string }
      | undefined;
    this.#count(String(status));
    if (status === 503) this.#refused(ms, body?.detail ?? "");
    if (status >= 500 && status !== 503) {
      this.unexpected.push(`${sent.method} ${sent.path} was answered with ${status}: ${text.slice(0, 300)}`);
    }
    if (sent.method === "POST" && status < 300) this.slowestMs = Math.max(this.slowestMs, ms);
    return { status, body, code: body?.code };
  }

  #refused(ms: number, detail: string): void {
    this.refusedMs.push(ms);
    if (ms > AT_ONCE_MS) this.slowRefusals.set(detail, (this.slowRefusals.get(detail) ?? 0) + 1);
  }

  #count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }
}

/** A person with a password, who signs in again when a token no longer serves. */
export class Person {
  readonly email: string;
  readonly #traffic: Traffic;
  #token: string | undefined;
  #signing: Promise<void> | undefined;
  #user: User | undefined;

  constructor(traffic: Traffic, email: string) {
    this.#traffic = traffic;
    this.email = email;
  }

  get user(): User {
    if (this.#user === undefined) throw new Error(`${this.email} has not signed in`);
    return this.#user;
  }

  /** The command's own answer, refusals among them; undefined: none came in all the time that there is. */
  async command<T>(path: string, key: string, body?: object, edge?: string): Promise<Answer<T> | undefined> {
    const untilMs = performance.now() + COMMAND_MS_MAX;
    for (let tried = 0; performance.now() < untilMs; tried++) {
      const answer = await this.#try({ method: "POST", path: `${BASE}${path}`, key, body, edge });
      if (answer?.status === 202 && (answer.body as { state?: string } | undefined)?.state === "pending")
        return (await this.#follow((answer.body as { id: string }).id, untilMs)) as Answer<T> | undefined;
      if (answer !== undefined && !mustWait(answer)) return answer as Answer<T>;
      await sleep(PAUSE_MS * Math.min(1 + tried, 3));
    }
    return undefined;
  }

  /** Says it once and leaves before the answer: whether it happens, nobody knows. */
  async sayAndLeave(path: string, key: string, body?: object): Promise<void> {
    void this.#traffic.once({ method: "POST", path: `${BASE}${path}`, key, body }, this.#token);
    await sleep(1);
  }

  async read<T>(path: string): Promise<T> {
    const untilMs = performance.now() + COMMAND_MS_MAX;
    for (;;) {
      const answer = await this.#try({ method: "GET", path: `${BASE}${path}` });
      if (answer?.status === 200) return answer.body as T;
      if (performance.now() > untilMs || (answer !== undefined && !mustWait(answer)))
        throw new Error(`GET ${path} was answered with ${answer?.status}: ${JSON.stringify(answer?.body)}`);
      await sleep(PAUSE_MS);
    }
  }

  async readAll<T>(path: string): Promise<T[]> {
    const all: T[] = [];
    let cursor = "";
    for (;;) {
      const url = `${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}${cursor}`;
      const { items, next } = await this.read<{ items: T[]; next: string | null }>(url);
      all.push(...items);
      if (next === null) return all;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }

  async signIn(): Promise<void> {
    this.#signing ??= this.#signInNow().finally(() => {
      this.#signing = undefined;
    });
    await this.#signing;
  }

  async #signInNow(): Promise<void> {
    const untilMs = performance.now() + COMMAND_MS_MAX;
    while (performance.now() < untilMs) {
      const body = { email: this.email, password: PASSWORD };
      const answer = await this.#traffic.once(
        { method: "POST", path: `${BASE}/auth/login`, body },
        undefined,
      );
      if (answer?.status === 200) {
        const { accessToken, user } = answer.body as { accessToken: string; user: User };
        this.#token = accessToken;
        this.#user = user;
        return;
      }
      await sleep(PAUSE_MS);
    }
    throw new Error(`${this.email} cannot sign in`);
  }

  /** A token that no longer serves is no answer to the command. */
  async #try(sent: Sent): Promise<Answer | undefined> {
    if (this.#token === undefined) await this.signIn();
    const answer = await this.#traffic.once(sent, this.#token);
    if (answer?.status !== 401) return answer;
    await this.signIn();
    return undefined;
  }

  /** A promise is followed to its outcome, as api.md tells clients to. */
  async #follow(id: string, untilMs: number): Promise<Answer | undefined> {
    while (performance.now() < untilMs) {
      const answer = await this.#try({ method: "GET", path: `${BASE}/commands/${id}` });
      const kept = answer?.body as { state?: string; status?: number; body?: { code?: string } } | undefined;
      if (answer?.status === 200 && kept?.state === "done") {
        return { status: kept.status ?? 0, body: kept.body, code: kept.body?.code };
      }
      await sleep(PAUSE_MS);
    }
    return undefined;
  }
}

/** A command that failed inside its actor has its answer, though it is a 500. */
function mustWait({ status, code }: Answer): boolean {
  if (code === "unprocessable_message") return false;
  return status === 429 || status >= 500 || code === "command_running";
}
