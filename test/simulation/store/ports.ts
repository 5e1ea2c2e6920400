/**
 * The runtime's ports on the simulated database, as one host has them: each statement goes its way by `io`, which
 * applies it at some later moment, loses its answer, or loses it.
 */
import type { HostStore, View } from "../../../actors/runtime/host-store.ts";
import type { RuntimeStore } from "../../../actors/runtime/store.ts";
import type { Uuid } from "../../../schemas/ids.ts";
import type { Io } from "../life.ts";
import type { SimulatedDatabase } from "./database.ts";

export function runtimeStore(database: SimulatedDatabase, hostId: Uuid, io: Io): RuntimeStore {
  return {
    acquire: (kind, partition, seenEpoch) =>
      io(`takes ${kind}/${partition}`, () => database.acquire(hostId, kind, partition, seenEpoch)),
    release: (lease) => io(`gives back ${lease.kind}/${lease.partition}`, () => database.release(lease)),
    // Two statements at once, in whatever order they arrive: nobody else writes what they read.
    open: async (lease) => {
      const [position, contents] = await Promise.all([
        io("opens", () => database.openPosition(lease)),
        io("reads", () => database.openContents(lease)),
      ]);
      return { ...position, ...contents };
    },
    load: ({ kind, partition }, keys) => io("loads", () => database.table(kind).load(partition, keys)),
    page: ({ kind, partition }, request) => io("pages", () => database.table(kind).page(partition, request)),
    decided: async (ids) =>
      ids.length === 0
        ? { outcomes: new Map(), promised: new Map() }
        : io("asks for outcomes", () => database.commands.decided(ids)),
    calls: (lease, ids) => io("reads calls", () => database.calls(lease, ids)),
    letters: (lease, actor, limit) => io("reads letters", () => database.letters.of(lease, actor, limit)),
    asked: async (lease, ids) =>
      ids.length === 0 ? [] : io("reads wishes", () => database.letters.askedOf(lease, ids)),
    hold: (lease, positions) => io("holds", () => database.hold(lease, positions)),
    suspect: (lease, position) => io("suspects", () => database.suspect(lease, position)),
    commit: (lease, writes) => io("commits", () => database.commit(lease, writes)),
  };
}

export function hostStore(database: SimulatedDatabase, io: Io): HostStore {
  return {
    beat: (id, _name, draining) => io("beats", () => database.hosts.beat(id, draining)),
    leave: (id) => io("leaves", () => database.hosts.leave(id)),
    view: async (leaseTtlMs): Promise<View> => {
      const alive = await io("looks at hosts", () => database.hosts.alive(leaseTtlMs));
      return {
        eligible: alive.flatMap(({ id, draining }) => (draining ? [] : [id])),
        alive: new Set(alive.map(({ id }) => id)),
        partitions: await io("looks at partitions", () => placed(database)),
      };
    },
    progress: () =>
      io("reads progress", () =>
        [...database.partitions.values()].map(({ kind, partition, position }) => {
          return { kind, partition, inbox: position.inbox, cursors: position.cursors };
        }),
      ),
    outboxAfter: (channel, base, limit) =>
      io("reads outbox", () => database.outbox.after(channel, base, limit)),
    forgetOutbox: async (done) =>
      done.length === 0 ? undefined : io("forgets outbox", () => database.outbox.forget(done)),
    promised: (topics, olderThanMs, limit) =>
      io("reads promises", () => database.commands.promised(topics, olderThanMs, limit)),
    asked: (limit) => io("reads what is asked", () => database.letters.asked(limit)),
  };
}

function placed(database: SimulatedDatabase): View["partitions"] {
  return [...database.partitions.values()].map(({ kind, partition, owner, epoch }) => {
    return { kind, partition, owner, epoch };
  });
}
