/**
 * What stores write, said before any of it is sent: the runtime makes parts of one statement of it, which is a commit
 * (commit-store.ts). The name stands for the text: what has the same names is prepared once per connection.
 */
import type { StatedFact } from "./actor.ts";
import type { Entity } from "./entities.ts";

export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What the batch of one partition changed. */
export interface Saved<E extends Entity> {
  readonly partition: number;
  /** The changed entities in their new form. */
  readonly changed: readonly E[];
  readonly facts: readonly StatedFact[];
}

export type Value = string | number | boolean | null | undefined;

/** One statement that takes the rows by `unnest`, an array per column; none when there are no rows. */
export function writing<R>(
  name: string,
  text: string,
  rows: readonly R[],
  ...columns: readonly ((row: R) => Value)[]
): Statement[] {
  return rows.length === 0 ? [] : [{ name, text, values: columns.map((column) => arrayOf(rows, column)) }];
}

/** The changed entities of one sort, each with its partition. */
export function changedOf<E extends Entity, T extends E>(
  saves: readonly Saved<E>[],
  isOne: (entity: E) => entity is T,
): (T & { readonly partition: number })[] {
  return saves.flatMap(({ partition, changed }) =>
    changed.filter(isOne).map((entity) => ({ ...entity, partition })),
  );
}

const SPECIAL = /["\\]/;
const SPECIALS = /["\\]/g;

/** A column as Postgres reads an array. By hand, for the driver's own way costs several times as much. */
export function arrayOf<R>(rows: readonly R[], column: (row: R) => Value): string {
  let text = "{";
  for (let at = 0; at < rows.length; at++) {
    const value = column(rows[at] as R);
    if (at > 0) text += ",";
    if (value === null || value === undefined) text += "NULL";
    else if (typeof value !== "string") text += value;
    else if (SPECIAL.test(value)) text += `"${value.replace(SPECIALS, "\\$&")}"`;
    else text += `"${value}"`;
  }
  return `${text}}`;
}
