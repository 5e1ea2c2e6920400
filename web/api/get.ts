import { asOf } from "./as-of.ts";
import { lastKnown } from "./last-known.ts";
import { Problem } from "./problem.ts";
import { request } from "./request.ts";
import { silence } from "./silence.ts";

export type Query = Record<string, string | number | undefined | null>;

/**
 * Reads a resource; without a network, as it was when it was read last. Empty query values are left out: the server
 * refuses parameters it does not know.
 */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const address = path + queryString(query);
  try {
    const response = await request(address, { signal });
    asOf.value = response.headers.get("ates-as-of") ?? undefined;
    const body = (await response.json()) as T;
    lastKnown.keep(address, body);
    return body;
  } catch (thrown) {
    const isSilence = thrown instanceof Problem && thrown.code === "unreachable";
    if (isSilence) silence.value += 1;
    const kept = isSilence ? await lastKnown.find<T>(address) : undefined;
    if (kept === undefined) throw thrown;
    return kept;
  }
}

export function queryString(query: Query): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
}
