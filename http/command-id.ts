/**
 * A command's id is its Idempotency-Key: the same person and key give the same id, for ever and on every edge. The time
 * in it is a fixed one, for the id must not depend on when the key was used.
 */
import { derivedUuid, type UserId, type Uuid } from "../schemas/ids.ts";

const KEYED_TIME_MS = 0;

export function keyedCommandId(sender: UserId, idempotencyKey: string): Uuid {
  return derivedUuid(KEYED_TIME_MS, sender, idempotencyKey);
}
