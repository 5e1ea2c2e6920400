/** A store that a contract is asked of, and what its tests do with it. */
import type { HostStore, PromisedCommand } from "../../../actors/runtime/host-store.ts";
import type { Lease, RuntimeStore, Writes } from "../../../actors/runtime/store.ts";
import { derivedUuid, type Uuid } from "../../../schemas/ids.ts";
import type { Kind } from "../../../streams/topology.ts";

export interface StoreUnderTest {
  /** The store as the host has it. */
  readonly store: (hostId: Uuid) => RuntimeStore;
  readonly hosts: HostStore;
  /** The database's clock goes on. */
  readonly elapse: (ms: number) => Promise<void>;
  readonly promise: (command: PromisedCommand) => Promise<void>;
  readonly ask: (letter: Uuid, asked: "replay" | "drop") => Promise<void>;
  readonly end: () => Promise<void>;
}

let ids = 0;
export const newId = (): Uuid => derivedUuid(Date.parse("2026-06-01T10:00:00Z"), "contract", ++ids);

/** A commit of nothing but what is named. */
export function writes(changes: Partial<Writes> = {}): Writes {
  return {
    position: { inbox: {}, outbox: {}, cursors: {} },
    ...{ outbox: [], commands: [], laterAdded: [], laterDone: [], letters: [], lettersDone: [] },
    ...{ changed: [], facts: [], noted: undefined },
    ...changes,
  };
}

/** Takes the partition from whoever has it. */
export async function taken(
  under: StoreUnderTest,
  kind: Kind,
  partition: number,
  host = newId(),
): Promise<Lease> {
  const { partitions } = await under.hosts.view(1);
  const epoch = partitions.find((each) => each.kind === kind && each.partition === partition)?.epoch ?? -1;
  const lease = await under.store(host).acquire(kind, partition, epoch);
  if (lease === undefined) throw new Error(`${kind}/${partition} could not be taken`);
  return lease;
}

/** The error that the work ends with. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return undefined;
}
