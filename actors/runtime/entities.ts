/**
 * The working set of a partition: the entities in memory. Postgres is always current, so any entity that is not pinned
 * and not changed in this batch may be let go (passivation), the least recently used first.
 */
export interface Entity {
  readonly key: string;
}

export class Entities<E extends Entity> {
  readonly #hot = new Map<string, E | undefined>();
  /** Those that may be let go, in order of last use: whoever lets go meets none of the pinned. */
  readonly #unpinned = new Set<string>();
  #changed = new Map<string, E>();
  /** Message id → keys of the page that was read for it. */
  readonly #pages = new Map<string, readonly string[]>();

  /** The entity, or undefined when there is none in Postgres either. Expects that it was loaded. */
  get(key: string): E | undefined {
    return this.#hot.get(key);
  }

  isHot(key: string): boolean {
    return this.#hot.has(key);
  }

  /** Takes what was loaded; a key that Postgres does not know is remembered as absent. */
  adopt(key: string, entity: E | undefined): void {
    if (this.#hot.has(key)) return;
    this.#hot.set(key, entity);
    if (entity === undefined || !this.pinned(entity)) this.#unpinned.add(key);
    if (entity !== undefined) this.indexed(undefined, entity);
  }

  put(entity: E): void {
    const previous = this.#hot.get(entity.key);
    // To the end of the order of use, once a batch: a map that loses and gains one key again and again walks over its holes.
    const isPinned = this.pinned(entity);
    if (isPinned || !this.#changed.has(entity.key)) this.#unpinned.delete(entity.key);
    if (!isPinned) this.#unpinned.add(entity.key);
    this.#hot.set(entity.key, entity);
    this.#changed.set(entity.key, entity);
    this.indexed(previous, entity);
  }

  /** What changed since the last call: the rows that the commit writes. */
  takeChanged(): E[] {
    const changed = [...this.#changed.values()];
    this.#changed = new Map();
    return changed;
  }

  /** Lets go of the least recently used until at most `max` are hot. Call it only after a commit. */
  evict(max: number): void {
    for (const key of this.#unpinned) {
      if (this.#hot.size <= max) return;
      this.#unpinned.delete(key);
      this.#hot.delete(key);
    }
  }

  setPage(messageId: string, keys: readonly string[]): void {
    this.#pages.set(messageId, keys);
  }

  /** The page that was read for the message, as it is now; without those that are gone. */
  pageOf(messageId: string): readonly E[] {
    return (this.#pages.get(messageId) ?? []).flatMap((key) => this.#hot.get(key) ?? []);
  }

  clearPages(): void {
    this.#pages.clear();
  }

  get size(): number {
    return this.#hot.size;
  }

  values(): IterableIterator<E | undefined> {
    return this.#hot.values();
  }

  /** Kept in memory for ever: what `open` loads. */
  protected pinned(_entity: E): boolean {
    return false;
  }

  /** For indices over the hot entities. */
  protected indexed(_previous: E | undefined, _next: E): void {}
}
