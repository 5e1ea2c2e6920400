/** Brings in the entities that deciding a batch needs and memory does not have. */
import type { Actor } from "./actor.ts";
import { orFail } from "./batch.ts";
import type { Entities, Entity } from "./entities.ts";
import type { Incoming } from "./incoming.ts";
import type { Lease, RuntimeStore } from "./store.ts";

export async function loadFor(
  items: readonly Incoming[],
  actor: Actor<Entity, Entities<Entity>>,
  state: Entities<Entity>,
  store: Pick<RuntimeStore, "load" | "page">,
  lease: Lease,
): Promise<void> {
  const missing = new Set<string>();
  for (const { message, refused } of items) {
    if (message === undefined || refused !== undefined || !actor.handles.has(message.type)) continue;
    for (const key of orFail(() => actor.needs(message))) if (!state.isHot(key)) missing.add(key);
    const page = orFail(() => actor.page?.(state, message));
    if (page === undefined) continue;
    const entities = await store.page(lease, page);
    for (const entity of entities) state.adopt(entity.key, entity);
    state.setPage(
      message.id,
      entities.map((entity) => entity.key),
    );
  }
  if (missing.size === 0) return;
  const keys = [...missing];
  for (const entity of await store.load(lease, keys)) state.adopt(entity.key, entity);
  for (const key of keys) state.adopt(key, undefined);
}
