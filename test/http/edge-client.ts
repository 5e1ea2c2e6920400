/** Asks a listening edge over real HTTP, and reads what a problem says. */
import { expect } from "chai";
import type { ProblemDocument } from "../../http/problem.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects; a wrong shape fails its assertion
  readonly body: any;
}

export interface Ask {
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export class EdgeClient {
  readonly origin: string;

  constructor(port: number) {
    this.origin = `http://127.0.0.1:${port}`;
  }

  async ask(method: string, path: string, { token, body, raw, headers }: Ask = {}): Promise<Answer> {
    const payload = (raw ?? (body === undefined ? null : JSON.stringify(body))) as
      | string
      | Uint8Array<ArrayBuffer>
      | null;
    const response = await fetch(this.origin + path, {
      method,
      body: payload,
      redirect: "manual",
      headers: {
        ...(payload === null ? {} : { "Content-Type": "application/json" }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  get(path: string, ask?: Ask): Promise<Answer> {
    return this.ask("GET", path, ask);
  }

  post(path: string, ask?: Ask): Promise<Answer> {
    return this.ask("POST", path, ask);
  }

  patch(path: string, ask?: Ask): Promise<Answer> {
    return this.ask("PATCH", path, ask);
  }
}

/** Checks that the answer is a whole problem document with this status and code; gives it for more. */
export function expectProblem(answer: Answer, status: number, code: string): ProblemDocument {
  const problem = answer.body as ProblemDocument;
  expect(`${answer.status} ${problem.code}: ${problem.detail}`).to.match(
    new RegExp(`^${status} ${code}: .+`),
  );
  expect(answer.headers.get("content-type")).to.equal("application/problem+json");
  expect(problem.type).to.equal(`urn:ates:problem:${code}`);
  expect(problem.title).to.be.a("string").and.not.equal("");
  expect(problem.status).to.equal(status);
  expect(problem.instance).to.match(/^urn:trace:[0-9a-f]{32}$/);
  return problem;
}
