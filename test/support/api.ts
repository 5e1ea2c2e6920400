/** A client of the HTTP interface for tests: signs in, sends, answers status and body. */
import { setTimeout as sleep } from "node:timers/promises";
import { newUuid } from "../../schemas/ids.ts";

export interface Response {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads bodies of every shape
  readonly body: any;
}

export type Api = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Response>;

/** An anonymous client, or with a token one that sends it; commands carry an Idempotency-Key of their own. */
export function apiOf(baseUrl: string, token?: string): Api {
  return async (method, path, body, headers = {}) => {
    const isCommand = method !== "GET" && !path.startsWith("/auth/");
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(isCommand ? { "idempotency-key": newUuid() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) };
  };
}

export async function signIn(baseUrl: string, email: string, password: string): Promise<Api> {
  return apiOf(baseUrl, await tokenOf(baseUrl, email, password));
}

/** Hashing is slow, and its amount limited: on a busy machine a log-in may be put off, and is tried again. */
export async function tokenOf(
  baseUrl: string,
  email: string,
  password: string,
  patience = 10,
): Promise<string> {
  const { status, headers, body } = await apiOf(baseUrl)("POST", "/auth/login", { email, password });
  if (status === 503 && patience > 0) {
    await sleep(Number(headers.get("retry-after")) * 1_000);
    return tokenOf(baseUrl, email, password, patience - 1);
  }
  if (status !== 200) throw new Error(`the log-in of ${email} was answered with ${status}`);
  return body.accessToken;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
