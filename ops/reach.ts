/** Whether a server answers, and if not, which one and why: Node's own message may be empty, and names no server. */
import type pg from "pg";

export async function reach(pool: Pick<pg.Pool, "query">, url: string): Promise<void> {
  try {
    await pool.query("select 1");
  } catch (error) {
    throw new Error(`Postgres at ${placeOf(url)} does not answer: ${reasonOf(error)}`, { cause: error });
  }
}

/** Host, port and database: what may be shown of a URL that holds a password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
