/** A Redis stream as a value: entries in order of their ids, and groups with what each has delivered and not heard of. */
export interface StreamEntry {
  readonly id: string;
  readonly fields: readonly string[];
}

export interface Group {
  lastDelivered: string;
  /** Consumer → ids, in the order of delivery, which is the order of ids. */
  readonly pending: Map<string, Set<string>>;
}

export interface Stream {
  entries: StreamEntry[];
  lastId: string;
  readonly groups: Map<string, Group>;
}

export function newStream(): Stream {
  return { entries: [], lastId: "0-0", groups: new Map() };
}

export function copyOf(stream: Stream): Stream {
  const groups = [...stream.groups].map(([name, group]): [string, Group] => [
    name,
    {
      lastDelivered: group.lastDelivered,
      pending: new Map([...group.pending].map(([consumer, ids]) => [consumer, new Set(ids)])),
    },
  ]);
  return { entries: [...stream.entries], lastId: stream.lastId, groups: new Map(groups) };
}

/** Appends with the next id, which is never below the clock or the last one. */
export function append(stream: Stream, nowMs: number, fields: readonly string[]): string {
  const [lastMs, lastSequence] = partsOf(stream.lastId);
  const id = nowMs > lastMs ? `${nowMs}-0` : `${lastMs}-${lastSequence + 1}`;
  stream.entries.push({ id, fields });
  stream.lastId = id;
  return id;
}

/** The entries after the id, the oldest first; a binary search, for streams may be long. */
export function entriesAfter(stream: Stream, id: string, countMax: number): StreamEntry[] {
  const start = indexAfter(stream, id);
  return stream.entries.slice(start, start + countMax);
}

export function entryOf(stream: Stream, id: string): StreamEntry | undefined {
  const entry = stream.entries[indexAfter(stream, id) - 1];
  return entry?.id === id ? entry : undefined;
}

/** Removes what is older than the id; answers how many. */
export function trimBelow(stream: Stream, id: string): number {
  const kept = stream.entries.filter((entry) => isAbove(entry.id, id) || entry.id === fullId(id));
  const removed = stream.entries.length - kept.length;
  stream.entries = kept;
  return removed;
}

export function trimTo(stream: Stream, countMax: number): number {
  return stream.entries.splice(0, Math.max(0, stream.entries.length - countMax)).length;
}

/** Redis takes a time alone for its first id. */
export function fullId(id: string): string {
  return id.includes("-") ? id : `${id}-0`;
}

export function isAbove(a: string, b: string): boolean {
  const [aMs, aSequence] = partsOf(a);
  const [bMs, bSequence] = partsOf(b);
  return aMs > bMs || (aMs === bMs && aSequence > bSequence);
}

function partsOf(id: string): [ms: number, sequence: number] {
  const dash = id.indexOf("-");
  return dash < 0 ? [Number(id), 0] : [Number(id.slice(0, dash)), Number(id.slice(dash + 1))];
}

function indexAfter({ entries }: Stream, id: string): number {
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const at = entries[middle];
    if (at !== undefined && isAbove(at.id, id)) to = middle;
    else from = middle + 1;
  }
  return from;
}
