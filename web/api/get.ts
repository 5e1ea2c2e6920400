import { request } from "./request.ts";

export type Query = Record<string, string | number | undefined | null>;

/** Reads a resource. Empty query values are left out: the server refuses parameters it does not know. */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const response = await request(path + queryString(query), { signal });
  return (await response.json()) as T;
}

export function queryString(query: Query): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
}
