/** The store of an actor kind: the only file with the SQL of its tables. What it writes goes into the runtime's commits. */
import type { ClientBase } from "pg";
import type { PageRequest } from "./actor.ts";
import type { Entity } from "./entities.ts";
import type { Saved, Statement } from "./statement.ts";

export type Db = Pick<ClientBase, "query">;

export interface ActorStore<E extends Entity> {
  /** What is always hot: read when the partition is taken. */
  open(db: Db, partition: number): Promise<readonly E[]>;
  load(db: Db, partition: number, keys: readonly string[]): Promise<readonly E[]>;
  page?(db: Db, partition: number, request: PageRequest): Promise<readonly E[]>;
  /**
   * What writes the changed entities in their new form, and whatever else follows from the facts: of several partitions
   * that commit together.
   */
  save(saves: readonly Saved<E>[]): readonly Statement[];
}
