import { accessToken } from "./access-token.ts";
import { Problem } from "./problem.ts";

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** A file is sent as CSV, anything else as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Where the API's Location headers and the page's own paths meet: `/tasks` and `/api/v1/tasks` are the same. */
export function apiPath(path: string): string {
  return path.startsWith("/api/") ? path : `/api/v1${path}`;
}

/**
 * One authorised exchange. A 401 renews the token once and asks again; any other refusal is thrown as a Problem,
 * and so is silence (`code` "unreachable"). An abort stays an abort.
 */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const used = accessToken.value;
  let response = await exchange(path, options);
  if (response.status === 401 && used !== null) {
    // Another request may have renewed it while this one was on its way.
    const renewed = accessToken.value !== used || (await accessToken.renew());
    if (renewed) response = await exchange(path, options);
  }
  if (!response.ok) throw await Problem.from(response);
  return response;
}

async function exchange(path: string, options: RequestOptions): Promise<Response> {
  const headers = new Headers(options.headers);
  if (!headers.has("accept")) headers.set("accept", "application/json");
  if (accessToken.value !== null) headers.set("authorization", `Bearer ${accessToken.value}`);
  const isFile = options.body instanceof Blob;
  if (options.body !== undefined) headers.set("content-type", isFile ? "text/csv" : "application/json");
  const init: RequestInit = { method: options.method ?? "GET", headers, signal: options.signal ?? null };
  if (options.body instanceof Blob) init.body = options.body;
  else if (options.body !== undefined) init.body = JSON.stringify(options.body);
  try {
    return await fetch(apiPath(path), init);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw Problem.unreachable(cause);
  }
}
