/**
 * Watches the wire against what is committed: an entry that nobody has decided must not be acknowledged (G3), and a
 * group must not begin beyond what Postgres knows of it (G6). Both would mostly be mended by something else, a repeat
 * of the sender or a resend; they are wrong all the same.
 *
 * A command for a parked mailbox is sent back and not stored: it is acknowledged undecided, and lawfully so, after a
 * commit that left its mailbox parked. The acknowledgement may come when the mailbox has long been open again.
 */
import type { MailHead } from "../../actors/runtime/actor.ts";
import type { Lease } from "../../actors/runtime/store.ts";
import { ACTORS } from "../../ops/roles/worker.ts";
import type { RawEnvelope } from "../../schemas/envelope.ts";
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
  /** Whose mailboxes are parked. */
  parkedActors(kind: Kind, partition: number): readonly string[];
  /** Hears of every commit, in its moment. */
  watch(hear: (commit: { readonly lease: Lease }) => void): void;
}

const KEY = /^ates:\{(\d+)\}:(.+)$/;

export class WireAuditor {
  readonly #committed: Committed;
  /** Mailbox → when a commit last left it parked. */
  readonly #parkedMs = new Map<string, number>();

  /** `nowMs` is the server's clock, which the ids of entries are made of. */
  constructor(committed: Committed, nowMs: () => number) {
    this.#committed = committed;
    committed.watch(({ lease: { kind, partition } }) => {
      for (const actor of committed.parkedActors(kind, partition))
        this.#parkedMs.set(`${kind}/${partition} ${actor}`, nowMs());
    });
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
    for (const id of ids) {
      const command = commandIn(entryOf(stream, id)?.fields[1]);
      if (command === undefined || this.#committed.isDecided(command.id)) continue;
      const mailbox = `${kind}/${partition} ${ACTORS[kind].actor.mailbox(command as MailHead)}`;
      if (this.#wasParkedSince(mailbox, id)) continue;
      throw new Violation(
        "G3",
        `${command.type} ${command.id} was acknowledged before anything about it was committed`,
      );
    }
  }

  /** Whether a commit left it parked when the entry was there: only then its command may have been sent back. */
  #wasParkedSince(mailbox: string, entryId: string): boolean {
    const parkedMs = this.#parkedMs.get(mailbox);
    return parkedMs !== undefined && parkedMs >= Number(entryId.split("-")[0]);
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
function commandIn(payload: string | undefined): RawEnvelope | undefined {
  if (payload === undefined) return undefined;
  const envelope = JSON.parse(payload) as RawEnvelope;
  return envelope.sequence === undefined ? envelope : undefined;
}

function placeOf(key: string): TopicPartition {
  const [, partition = "", topic = ""] = KEY.exec(key) ?? [];
  const place = { topic: topic as Topic, partition: Number(partition) };
  if (streamKey(place) !== key) throw new Error(`expected the key of a stream, got ${key}`);
  return place;
}
