/** One transaction on a connection of its own. */
import type { PoolClient } from "pg";
import type { Database } from "./database.ts";

/** Commits when the work is done; whatever it throws rolls everything back. */
export async function inTransaction<T>(
  pool: Pick<Database, "connect">,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    client.release(true); // its transaction's state is unknown: the server rolls back when the connection goes
    throw error;
  }
}
