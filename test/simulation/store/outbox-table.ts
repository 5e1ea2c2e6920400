/** The table outbox: what a source has sent into each of its channels, until every group has consumed it. */
import type { ChannelRef } from "../../../actors/runtime/host-store.ts";
import type { Lease, OutboxRow } from "../../../actors/runtime/store.ts";
import type { TopicPartition } from "../../../streams/topology.ts";
import { asOldProducer } from "./old-producer.ts";

type Source = Pick<Lease, "kind" | "partition">;

export class OutboxTable {
  readonly #channels = new Map<string, Map<number, string>>();

  refusal(source: Source, rows: readonly OutboxRow[]): string | undefined {
    const again = rows.find(({ to, sequence }) => this.#channel(source, to).has(sequence));
    if (again === undefined) return undefined;
    return `duplicate key value ${again.sequence} in the outbox to ${again.to.topic}/${again.to.partition}`;
  }

  insert(source: Source, rows: readonly OutboxRow[]): void {
    for (const { to, sequence, envelope } of rows)
      this.#channel(source, to).set(sequence, asOldProducer(envelope));
  }

  after(channel: ChannelRef, base: number, limit: number): { sequence: number; envelope: string }[] {
    const rows = [...this.#channel(channel, channel.to)].filter(([sequence]) => sequence > base);
    rows.sort(([a], [b]) => a - b);
    return rows.slice(0, limit).map(([sequence, envelope]) => ({ sequence, envelope }));
  }

  forget(done: readonly (ChannelRef & { readonly base: number })[]): void {
    for (const { base, ...channel } of done) {
      const rows = this.#channel(channel, channel.to);
      for (const sequence of rows.keys()) if (sequence <= base) rows.delete(sequence);
    }
  }

  #channel({ kind, partition }: Source, to: TopicPartition): Map<number, string> {
    const name = `${kind}/${partition}>${to.topic}/${to.partition}`;
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const rows = new Map<number, string>();
    this.#channels.set(name, rows);
    return rows;
  }
}
