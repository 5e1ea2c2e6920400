/** What a store writes of one partition's batch, written at once: in commits the runtime does it. */
import type { ActorStore, Db } from "../../actors/runtime/actor-store.ts";
import type { Entity } from "../../actors/runtime/entities.ts";
import type { Saved } from "../../actors/runtime/statement.ts";

export async function saveBy<E extends Entity>(
  store: ActorStore<E>,
  db: Db,
  partition: number,
  changed: readonly E[],
  facts: Saved<E>["facts"],
): Promise<void> {
  for (const { text, values } of store.save([{ partition, changed, facts }])) {
    await db.query(text, [...values]);
  }
}
