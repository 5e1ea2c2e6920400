/**
 * Watches the wire against what is committed: an entry that nobody has decided must not be acknowledged (G3), and a
 * group must not begin beyond what Postgres knows of it (G6). Both would mostly be mended by something else, a repeat
 * of the sender or a resend; they are wrong all the same.
 */
import {
  type Kind,
  readerPartition,
  streamKey,
  type Topic,
  type TopicPartition,
} from "../../streams/topology.ts";
import type { Data } from "./redis/commands.ts";
import { entriesAfter, entryOf, fullId, isAbove } from "./redis/stream.ts";
import { Violation } from "./violation.ts";

/** What Postgres knows. */
export interface Committed {
  /** Of the last entry of the stream whose batch is committed. */
  cursor(kind: Kind, partition: number, stream: TopicPartition): string | undefined;
  isDecided(commandId: string): boolean;
  /** Something of the partition waits in a parked mailbox: then commands are sent back to their sender, undecided. */
  isParked(kind: Kind, partition: number): boolean;
}

const KEY = /^ates:\{(\d+)\}:(.+)$/;

export class WireAuditor {
  readonly #committed: Committed;
  /** Partitions in which something has ever been parked. */
  readonly #lenient = new Set<string>();

  constructor(committed: Committed) {
    this.#committed = committed;
  }

  /** Before the server does it. */
  watch(name: string, args: readonly string[], data: Data): void {
    if (name === "XACK") this.#acknowledges(args, data);
    if (name === "XGROUP" && args[0] === "CREATE") this.#creates(args, data);
  }

  #acknowledges([key = "", group = "", ...ids]: readonly string[], data: Data): void {
    const stream = data.streams.get(key);
    if (stream === undefined) return;
    const [kind, at] = [group as Kind, placeOf(key)];
    if (at.topic !== kind) return; // facts: what is not applied of them comes with the resend
    const partition = readerPartition(kind, at);
    if (this.#committed.isParked(kind, partition)) this.#lenient.add(`${kind}/${partition}`);
    if (this.#lenient.has(`${kind}/${partition}`)) return;
    for (const id of ids) {
      const { id: command, type } = commandIn(entryOf(stream, id)?.fields[1]);
      if (command === undefined || this.#committed.isDecided(command)) continue;
      throw new Violation("G3", `${type} ${command} was acknowledged before anything about it was committed`);
    }
  }

  #creates([, key = "", group = "", position = ""]: readonly string[], data: Data): void {
    const stream = data.streams.get(key);
    if (stream === undefined || stream.groups.has(group)) return;
    const at = placeOf(key);
    const kind = group as Kind;
    const cursor = this.#committed.cursor(kind, readerPartition(kind, at), at) ?? "0-0";
    const start = position === "$" ? stream.lastId : fullId(position);
    const [first] = entriesAfter(stream, cursor, 1);
    if (first === undefined || isAbove(first.id, start)) return;
    throw new Violation(
      "G6",
      `group ${group} of ${key} begins after ${start} and passes by ${first.id}, beyond ${cursor}`,
    );
  }
}

/** The command in the payload, when it is one of the edge: it carries no number. */
function commandIn(payload: string | undefined): { id?: string; type?: string } {
  if (payload === undefined) return {};
  const { id, type, sequence } = JSON.parse(payload) as { id: string; type: string; sequence?: string };
  return sequence === undefined ? { id, type } : {};
}

function placeOf(key: string): TopicPartition {
  const [, partition = "", topic = ""] = KEY.exec(key) ?? [];
  const place = { topic: topic as Topic, partition: Number(partition) };
  if (streamKey(place) !== key) throw new Error(`expected the key of a stream, got ${key}`);
  return place;
}
