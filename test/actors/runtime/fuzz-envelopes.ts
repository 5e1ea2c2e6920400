/**
 * Envelopes that no actor has sent, out of one seed: random bytes, wrong schemas and versions, huge ones, and genuine ones
 * with flipped bits, twice, and out of order. Whatever claims a number is of a source of the fuzz's own, so that no
 * genuine number is stolen; those channels are complete, as an owner's are, and can be sent again.
 */
import { hash } from "node:crypto";
import { newUuid } from "../../../schemas/ids.ts";
import { claimedNumber } from "../../../streams/inbox.ts";
import type { Topic } from "../../../streams/topology.ts";

export interface Sent {
  readonly how: string;
  readonly payload: string | Buffer;
  /** As Redis gives it back: bytes that are no text are replaced. */
  readonly text: string;
  readonly source: unknown;
  readonly sequence: unknown;
  readonly id: string | undefined;
}

interface Channel {
  readonly source: string;
  /** By their numbers, from 1. */
  readonly sent: Sent[];
}

export const REPLY_CHANNELS = ["fuzz:replies", "\u0000"] as const;

type Head = Record<string, unknown>;

const CHANNELS = 4;
const HUGE_CHARS = 1_000_000;
const LONG_CHARS = 10_000;
/** So many out of order at once. */
const SHUFFLED = 5;

export class Fuzz {
  count = 0;
  readonly #genuine: ReadonlyMap<Topic, readonly string[]>;
  readonly #channels = new Map<Topic, Channel[]>();
  readonly #sent = new Map<Topic, Sent[]>();
  readonly #seed: number;
  #draws = 0;

  constructor(seed: number, genuine: ReadonlyMap<Topic, readonly string[]>) {
    this.#seed = seed;
    this.#genuine = genuine;
  }

  channels(topic: Topic): readonly Channel[] {
    return this.#channels.get(topic) ?? [];
  }

  of(topic: Topic): readonly Sent[] {
    return this.#sent.get(topic) ?? [];
  }

  /** The next envelopes for a topic, those of a channel now and then twice or out of order. */
  next(topic: Topic, count: number): Sent[] {
    const all: Sent[] = [];
    while (all.length < count) {
      const made = this.#make(topic);
      const again = this.#pick(10) === 0 ? [made] : [];
      all.push(made, ...again);
    }
    const some = all.slice(0, count);
    for (let at = 0; at + SHUFFLED <= some.length; at += SHUFFLED * 4) this.#shuffle(some, at);
    this.count += some.length;
    this.#sent.set(topic, [...this.of(topic), ...some]);
    return some;
  }

  #make(topic: Topic): Sent {
    const genuine = this.#genuine.get(topic) ?? [];
    const source = JSON.parse(genuine[this.#pick(genuine.length)] ?? "{}") as Head;
    const makers: Record<string, () => string | Buffer> = {
      "random bytes": () => this.#bytes(1 + this.#pick(400)),
      "flipped bits": () => this.#flipped(topic, source),
      "a huge title": () =>
        this.#own(topic, source, {
          data: { title: "x".repeat(this.#pick(20) === 0 ? HUGE_CHARS : LONG_CHARS) },
        }),
      "another version": () =>
        this.#own(topic, source, { dataschema: `urn:ates:${source.type}:${3 + this.#pick(90)}` }),
      "an unknown type": () =>
        this.#own(topic, source, { type: "parrot.flown", dataschema: "urn:ates:parrot.flown:1" }),
      "another type's data": () =>
        this.#own(topic, source, { data: { taskId: newUuid(), odd: this.#pick(9) } }),
      "another date": () => this.#own(topic, source, { data: this.#dated(source.data as Head) }),
      "no head": () => this.#without(topic, source),
      "odd names": () => this.#own(topic, source, this.#oddNames()),
      "as it is": () => this.#own(topic, source, {}),
      "a command": () => this.#command(source),
    };
    const names = Object.keys(makers);
    const how = names[this.#pick(names.length)] ?? "";
    return this.#register(topic, how, makers[how]?.() ?? "");
  }

  /** Numbered by the fuzz, if it has a number: whatever it is, its channel has no hole. */
  #register(topic: Topic, how: string, payload: string | Buffer): Sent {
    const text = payload.toString();
    const head = parsed(text);
    const id = typeof head.id === "string" ? head.id : undefined;
    const sent = { how, payload, text, source: head.source, sequence: head.sequence, id };
    const channel = this.#channelsOf(topic).find(({ source }) => source === head.source);
    if (channel !== undefined && head.sequence === String(channel.sent.length + 1)) channel.sent.push(sent);
    return sent;
  }

  /** The genuine message under a new id, with its next number in one of the fuzz's channels. */
  #own(topic: Topic, { senderid: _s, senderrole: _r, ...head }: Head, changes: Head): string {
    const channels = this.#channelsOf(topic);
    const { source, sent } = channels[this.#pick(channels.length)] as Channel;
    const numbered = { id: this.#id(), source, sequence: String(sent.length + 1) };
    return JSON.stringify({ ...head, ...numbered, ...changes });
  }

  /** Some of the bytes of its data and head are others; its source and number, if it can still be read, are the fuzz's. */
  #flipped(topic: Topic, source: Head): string | Buffer {
    const bytes = Buffer.from(this.#own(topic, source, {}));
    for (let n = 1 + this.#pick(4); n > 0; n--) {
      const at = this.#pick(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#pick(8));
    }
    const head = parsed(bytes.toString());
    // A flipped source or number is of a channel that nobody has, or leaves a hole in one: it is told without a number.
    if (claimedNumber(head.source, head.sequence) === this.#nextOf(topic, head.source)) return bytes;
    return JSON.stringify({ ...head, sequence: "none" });
  }

  #nextOf(topic: Topic, source: unknown): number | undefined {
    const channel = this.#channelsOf(topic).find((each) => each.source === source);
    return channel === undefined ? undefined : channel.sent.length + 1;
  }

  #dated(data: Head = {}): Head {
    return { ...data, businessDate: ["2019-01-01", "2031-02-03", "9999-12-31", "2026-02-31"][this.#pick(4)] };
  }

  #oddNames(): Head {
    const odd = ["\u0000", "a\u0000b", "\ud800", "x".repeat(200), "../..", "'; drop table tasks; --", " "];
    const name = odd[this.#pick(odd.length)];
    return this.#pick(2) === 0 ? { partitionkey: name, data: {} } : { subject: name, partitionkey: name };
  }

  #without(topic: Topic, source: Head): string {
    const head = parsed(this.#own(topic, source, {}));
    const names = [
      "specversion",
      "type",
      "subject",
      "time",
      "dataschema",
      "partitionkey",
      "traceparent",
      "data",
    ];
    delete head[names[this.#pick(names.length)] ?? ""];
    return JSON.stringify(head);
  }

  /** A command of the edge: no number, a new id, and something odd about it. */
  #command(head: Head): string {
    const { sequence: _, ...rest } = head;
    const odd = [
      { fingerprint: "\u0000" },
      { data: null },
      { data: { title: "" } },
      { type: "task.create", dataschema: "urn:ates:task.create:7" },
      { senderid: "nobody" },
      { replyto: REPLY_CHANNELS[1] },
    ];
    const changes = odd[this.#pick(odd.length)];
    const own = { source: "/ates/edge", id: this.#id(), replyto: REPLY_CHANNELS[0] };
    return JSON.stringify({ ...rest, ...own, ...changes });
  }

  #channelsOf(topic: Topic): Channel[] {
    const known = this.#channels.get(topic);
    if (known !== undefined) return known;
    const made = Array.from({ length: CHANNELS }, (_, n) => ({ source: `/ates/fuzz/${n}`, sent: [] }));
    this.#channels.set(topic, made);
    return made;
  }

  #shuffle(list: Sent[], at: number): void {
    for (let last = SHUFFLED - 1; last > 0; last--) {
      const other = at + this.#pick(last + 1);
      [list[at + last], list[other]] = [list[other] as Sent, list[at + last] as Sent];
    }
  }

  #id(): string {
    const hex = this.#digest().toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  #bytes(count: number): Buffer {
    const blocks = Array.from({ length: Math.ceil(count / 32) }, () => this.#digest());
    return Buffer.concat(blocks).subarray(0, count);
  }

  #pick(count: number): number {
    return count === 0 ? 0 : this.#digest().readUInt32BE(0) % count;
  }

  #digest(): Buffer {
    this.#draws += 1;
    return hash("sha256", `${this.#seed} ${this.#draws}`, "buffer");
  }
}

function parsed(text: string): Head {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Head) : {};
  } catch {
    return {};
  }
}
