/** The scheduler as the runtime sees it: no state but its timers; the first one comes with the installation. */
import type { Actor } from "../runtime/actor.ts";
import type { ActorStore } from "../runtime/actor-store.ts";
import { Entities, type Entity } from "../runtime/entities.ts";
import { decide } from "./decide.ts";

export const scheduler: Actor<Entity, Entities<Entity>> = {
  kind: "scheduler",
  handles: new Set(["cutoff.reached"]),
  newState: () => new Entities(),
  mailbox: ({ subject }) => subject,
  afterLastAttempt: () => "hold",
  needs: () => [],
  decide,
  evolve: () => [],
};

/** Timers are the runtime's rows: nothing to keep beside them. */
export const schedulerStore: ActorStore<Entity> = {
  open: async () => [],
  load: async () => [],
  save: () => [],
};
