/** The rows of one actor kind. What is stored can be changed by nobody: it is frozen, and a later form takes its place. */
import type { PageRequest } from "../../../actors/runtime/actor.ts";
import type { Entity } from "../../../actors/runtime/entities.ts";
import type { Kind } from "../../../streams/topology.ts";
import { namesOf, type Row, TABLES, type Table } from "./tables.ts";

export class EntityTable {
  readonly #kind: Kind;
  readonly #table: Table;
  /** Name → row; a row of a partition has the partition in its name. */
  readonly #rows = new Map<string, Row>();
  readonly #names = new Map<string, string>();
  readonly #unique = new Map<string, string>();
  /** Shelf → name → row, where the table has shelves. */
  readonly #shelves = new Map<string, Map<string, Row>>();
  /** The rows, until one changes. */
  #inOrder: readonly Row[] | undefined;

  constructor(kind: Kind) {
    this.#kind = kind;
    this.#table = TABLES[kind];
  }

  /** Why Postgres would refuse these rows, if so. */
  refusal(partition: number, changed: readonly Entity[]): string | undefined {
    const taken = new Map<string, string>();
    for (const entity of changed) {
      if (!this.#table.isRow(entity)) continue;
      if (!this.#table.isLawful(entity)) return `${this.#kind} ${entity.key} violates a check constraint`;
      const name = this.#nameOf(partition, entity.key);
      const unique = this.#table.unique(entity);
      if (unique === undefined || this.#rows.has(name)) continue;
      if (this.#unique.has(unique) || taken.has(unique))
        return `${this.#kind} ${entity.key}: duplicate key value ${unique} violates a unique constraint`;
      taken.set(unique, name);
    }
    return undefined;
  }

  save(partition: number, changed: readonly Entity[]): void {
    for (const entity of changed) if (this.#table.isRow(entity)) this.#put(partition, entity);
  }

  open(partition: number): readonly Entity[] {
    return this.#table.open(this.rows(), partition);
  }

  load(partition: number, keys: readonly string[]): readonly Entity[] {
    const read = (key: string) => {
      const name = this.#nameOf(partition, key);
      return this.#rows.get(this.#names.get(name) ?? name)?.entity;
    };
    const found = new Map<string, Entity>();
    for (const key of keys) for (const entity of this.#table.load(key, read)) found.set(entity.key, entity);
    return [...found.values()];
  }

  page(partition: number, request: PageRequest): readonly Entity[] {
    const shelves = this.#table.shelf?.for(request).map((shelf) => this.#shelves.get(shelf)?.values() ?? []);
    const rows = shelves === undefined ? this.rows() : shelves.flatMap((each) => [...each]);
    return this.#table.page(rows, partition, request);
  }

  rows(): readonly Row[] {
    this.#inOrder ??= [...this.#rows.values()];
    return this.#inOrder;
  }

  #put(partition: number, entity: Entity): void {
    const name = this.#nameOf(partition, entity.key);
    const known = this.#rows.get(name);
    const row = {
      partition: known?.partition ?? partition,
      entity: frozen(this.#next(known?.entity, entity)),
    };
    this.#rows.set(name, row);
    this.#inOrder = undefined;
    this.#shelve(name, known, row);
    if (known !== undefined) return;
    const unique = this.#table.unique(entity);
    if (unique !== undefined) this.#unique.set(unique, name);
    for (const other of namesOf(this.#kind, entity)) if (other !== entity.key) this.#names.set(other, name);
  }

  #shelve(name: string, known: Row | undefined, row: Row): void {
    const { shelf } = this.#table;
    if (shelf === undefined) return;
    const to = shelf.of(row.entity);
    if (known !== undefined && shelf.of(known.entity) !== to)
      this.#shelves.get(shelf.of(known.entity))?.delete(name);
    const rows = this.#shelves.get(to) ?? new Map<string, Row>();
    this.#shelves.set(to, rows.set(name, row));
  }

  #next(known: Entity | undefined, entity: Entity): Entity {
    if (known === undefined || this.#table.fixed.length === 0) return entity;
    const kept = this.#table.fixed.filter((property) => property in known);
    const first = known as unknown as Record<string, unknown>;
    return { ...entity, ...Object.fromEntries(kept.map((property) => [property, first[property]])) };
  }

  #nameOf(partition: number, key: string): string {
    return this.#table.isOfPartition(key) ? `${partition} ${key}` : key;
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
