/**
 * What an operator asks of the owner of a letter: to try it again, or to drop it. The wish and the audit log's row are
 * one transaction, so that nothing is ever done that nobody is known to have asked for.
 */
import type { PoolClient } from "pg";
import type { Uuid } from "../../schemas/ids.ts";
import { type Actor, recordDeed } from "../audit-log.ts";
import { type DeadLetter, findLetter, noteWish, type Wish } from "./letter-store.ts";

export type Asked =
  | { readonly state: "asked"; readonly letter: DeadLetter }
  /** Something is asked already, and not carried out yet. */
  | { readonly state: "busy"; readonly letter: DeadLetter }
  | { readonly state: "unknown" };

export interface LetterRequest {
  readonly id: Uuid;
  readonly wish: Wish;
  /** Whoever drops a letter says why. */
  readonly reason?: string | undefined;
}

/** In the caller's transaction. A second one that asks for the same letter waits here, and then finds it busy. */
export async function askOwner(
  client: PoolClient,
  { id, wish, reason }: LetterRequest,
  actor: Actor,
): Promise<Asked> {
  const noted = await noteWish(client, id, wish);
  if (noted === undefined) {
    const letter = await findLetter(client, id);
    return letter === undefined ? { state: "unknown" } : { state: "busy", letter };
  }
  const { place, ...letter } = noted;
  // A dropped letter lives on here alone, whole.
  const { envelope, ...rest } = letter;
  const detail = wish === "drop" ? { letter: { ...rest, place, envelope } } : { letter: { ...rest, place } };
  await recordDeed(client, actor, {
    action: `dead-letter.${wish}`,
    subject: `dead-letter/${id}`,
    reason,
    detail,
  });
  return { state: "asked", letter };
}
