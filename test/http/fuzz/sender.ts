/** Sends drawn requests over kept connections, and tells what came back. */
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { filledPath } from "../../support/contract/operations.ts";
import type { DrawnRequest } from "./drawn-request.ts";
import type { NamedThings } from "./named-things.ts";

const SILENCE_MS = 60_000;
const NOBODY = "01890b6a-0000-7000-8000-000000000000";

export interface FuzzAnswer {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
  /** The request as it went out, for whoever reads of a fault. */
  readonly asked: string;
}

export class FuzzSender {
  readonly #baseUrl: URL;
  readonly #things: NamedThings;
  readonly #callers: ReadonlySet<string>;
  readonly #agent: Agent;

  /** `callers` are never named in a path that changes people: they have to stay who they are. */
  constructor(baseUrl: string, things: NamedThings, callers: readonly string[], connections: number) {
    this.#baseUrl = new URL(baseUrl);
    this.#things = things;
    this.#callers = new Set(callers);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  close(): void {
    this.#agent.destroy();
  }

  send(drawn: DrawnRequest, token: string | undefined): Promise<FuzzAnswer> {
    const { operation, headers, body } = drawn;
    const path = this.#pathOf(drawn);
    const asked = `${operation.method} ${path} ${JSON.stringify(headers)} ${body ?? ""}`;
    const { promise, resolve, reject } = Promise.withResolvers<FuzzAnswer>();
    const outgoing = httpRequest(
      {
        agent: this.#agent,
        host: this.#baseUrl.hostname,
        port: this.#baseUrl.port,
        method: operation.method,
        path,
        headers: {
          ...sendable(headers),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
        },
      },
      (answer) => textOf(answer).then((text) => resolve(answerOf(answer, text, asked)), reject),
    );
    outgoing.setTimeout(SILENCE_MS, () =>
      outgoing.destroy(new Error(`no answer within ${SILENCE_MS} ms: ${asked}`)),
    );
    outgoing.on("error", reject);
    outgoing.end(body);
    return promise;
  }

  #pathOf({ operation, params, query }: DrawnRequest): string {
    const { path, method } = operation;
    const isAllowed = (id: string) => method === "GET" || !path.includes("/users/") || !this.#callers.has(id);
    const filled = Object.entries(params).map(([name, value]) => [
      name,
      wellFormed(typeof value === "string" ? value : (this.#things.at(path, value, isAllowed) ?? NOBODY)),
    ]);
    const search = new URLSearchParams(query.map(([name, value]) => [wellFormed(name), wellFormed(value)]));
    return `${filledPath(path, Object.fromEntries(filled))}${search.size === 0 ? "" : `?${search}`}`;
  }
}

/** encodeURIComponent throws at half a surrogate pair; in a body it goes out as it is. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** A header holds Latin-1 at the most. */
function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)),
  );
}

/** A stream of events has no end: its beginning is its answer. */
async function textOf(answer: IncomingMessage): Promise<string> {
  if (answer.headers["content-type"]?.startsWith("text/event-stream") === true) {
    answer.destroy();
    return "";
  }
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, text: string, asked: string): FuzzAnswer {
  return { status: statusCode, text, location: headers.location ?? null, asked };
}
