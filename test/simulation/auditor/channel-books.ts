/**
 * Channels (G5): their numbers are given without gaps by the one owner of the source, marks only go forward, nobody has
 * applied what was never sent, and no two facts share an id. Channels are done when every group has applied everything.
 */
import { sourceOf } from "../../../actors/runtime/outgoing.ts";
import { inboxKey } from "../../../streams/inbox.ts";
import {
  groupsOf,
  type Kind,
  readerPartition,
  type Topic,
  type TopicPartition,
} from "../../../streams/topology.ts";
import type { Commit, PartitionRow, SimulatedDatabase } from "../store/database.ts";
import { demand } from "./demand.ts";

const INBOX_KEY = /^(.+\/\d+)<\/ates\/(.+)$/;

export class ChannelBooks {
  readonly #database: SimulatedDatabase;
  readonly #ids = new Map<string, string>();

  constructor(database: SimulatedDatabase) {
    this.#database = database;
  }

  hear({ lease: { kind, partition }, writes, before }: Commit): void {
    const { inbox, outbox } = writes.position;
    const next = { ...before.outbox };
    for (const { to, sequence } of writes.outbox) {
      const channel = `${to.topic}/${to.partition}`;
      const expected = (next[channel] ?? 0) + 1;
      demand(
        sequence === expected,
        "G5",
        () => `${kind}/${partition} sends number ${sequence} to ${channel}, due is ${expected}`,
      );
      next[channel] = sequence;
    }
    for (const [channel, given] of Object.entries(next))
      demand(
        outbox[channel] === given,
        "G5",
        () => `${kind}/${partition} has sent ${given} to ${channel} and notes ${outbox[channel]}`,
      );
    for (const [key, mark] of Object.entries(before.inbox))
      demand(
        (inbox[key] ?? 0) >= mark,
        "G5",
        () => `the mark ${key} of ${kind}/${partition} goes back from ${mark} to ${inbox[key]}`,
      );
    for (const [key, mark] of Object.entries(inbox)) {
      if (mark === before.inbox[key]) continue;
      const sent = this.#sent(key);
      demand(
        mark <= sent,
        "G5",
        () => `${kind}/${partition} has applied ${mark} of ${key}; sent are ${sent}`,
      );
    }
  }

  /** No two facts share an id. Asked last: whatever is done twice breaks a rule of its own, which says more. */
  identify({ writes }: Commit): void {
    for (const { id, fact } of writes.facts) {
      demand(
        !this.#ids.has(id),
        "EVT-1",
        () => `${fact.type} has the id ${id}, as ${this.#ids.get(id)} before it`,
      );
      this.#ids.set(id, fact.type);
    }
  }

  /** What some group has not applied, in words. */
  open(): string | undefined {
    for (const row of this.#database.partitions.values()) {
      for (const [channel, given] of Object.entries(row.position.outbox)) {
        const behind = this.#behind(row, channel, given);
        if (behind !== undefined) return behind;
      }
    }
    return undefined;
  }

  #behind({ kind, partition }: PartitionRow, channel: string, given: number): string | undefined {
    const [topic, number] = channel.split("/") as [Topic, string];
    const at: TopicPartition = { topic, partition: Number(number) };
    const key = inboxKey(at, sourceOf(kind, partition));
    for (const group of groupsOf(topic)) {
      const reader = `${group}/${readerPartition(group, at)}`;
      const applied = this.#database.partitions.get(reader)?.position.inbox[key] ?? 0;
      if (applied < given)
        return `${reader} has applied ${applied} of ${given} from ${kind}/${partition} in ${channel}`;
    }
    return undefined;
  }

  #sent(key: string): number {
    const [, channel = "", source = ""] = INBOX_KEY.exec(key) ?? [];
    return this.#database.partitions.get(source as `${Kind}/${number}`)?.position.outbox[channel] ?? 0;
  }
}
