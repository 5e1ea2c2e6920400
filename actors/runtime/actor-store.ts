/** The store of an actor kind: the only file with the SQL of its tables. Called inside the runtime's transactions. */
import type { ClientBase } from "pg";
import type { PageRequest, StatedFact } from "./actor.ts";
import type { Entity } from "./entities.ts";

export type Db = Pick<ClientBase, "query">;

export interface ActorStore<E extends Entity> {
  /** What is always hot: read when the partition is taken. */
  open(db: Db, partition: number): Promise<readonly E[]>;
  load(db: Db, partition: number, keys: readonly string[]): Promise<readonly E[]>;
  page?(db: Db, partition: number, request: PageRequest): Promise<readonly E[]>;
  /** Writes the changed entities in their new form, and whatever else follows from the facts. */
  save(db: Db, partition: number, changed: readonly E[], facts: readonly StatedFact[]): Promise<void>;
}
