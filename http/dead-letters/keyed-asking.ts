/**
 * Asking the owner of a letter over HTTP: with an Idempotency-Key the answer is kept with the commands' outcomes, in the
 * transaction that notes the wish, so that a repeat gets the first answer, whatever became of the letter since (EDGE-2).
 * A refusal has changed nothing and is not kept: who repeats it asks anew.
 */
import type { UserId, Uuid } from "../../schemas/ids.ts";
import { keyedCommandId } from "../command-id.ts";
import { type CommandRow, findCommand, insertDecided } from "../command-store.ts";
import type { Database } from "../database.ts";
import { inTransaction } from "../transaction.ts";
import { type Asked, askOwner, type LetterRequest } from "./ask-owner.ts";
import type { DeadLetter } from "./letter-store.ts";

export type KeyedAsked =
  | Asked
  | { readonly state: "answered"; readonly letter: DeadLetter }
  /** The key stands for another request. */
  | { readonly state: "key-reused" };

export interface AskingPerson {
  readonly id: UserId;
  readonly idempotencyKey: string | undefined;
  readonly fingerprint: string;
  readonly traceId: string;
}

export async function askOnce(
  database: Database,
  request: LetterRequest,
  person: AskingPerson,
): Promise<KeyedAsked> {
  const { id, idempotencyKey, traceId } = person;
  const actor = { who: id, traceId };
  if (idempotencyKey === undefined)
    return inTransaction(database, (client) => askOwner(client, request, actor));
  const commandId = keyedCommandId(id, idempotencyKey);
  const before = await findCommand(database, commandId);
  if (before !== undefined) return answerOf(before, person);
  const asked = await askAndKeep(database, request, person, commandId);
  if (asked.state === "asked") return asked;
  // A twin of this request may have been faster.
  const meanwhile = await findCommand(database, commandId);
  return meanwhile === undefined ? asked : answerOf(meanwhile, person);
}

/** Two requests with one key for two letters: the second is rolled back. */
class KeyTaken extends Error {}

async function askAndKeep(
  database: Database,
  request: LetterRequest,
  { id: sender, fingerprint, traceId }: AskingPerson,
  id: Uuid,
): Promise<Asked> {
  const type = `dead-letter.${request.wish}`;
  try {
    return await inTransaction(database, async (client) => {
      const asked = await askOwner(client, request, { who: sender, traceId });
      if (asked.state !== "asked") return asked;
      const command = { id, sender, fingerprint, topic: "dead-letters", type, body: asked.letter, traceId };
      if (!(await insertDecided(client, command))) throw new KeyTaken();
      return asked;
    });
  } catch (error) {
    if (error instanceof KeyTaken) return { state: "unknown" };
    throw error;
  }
}

function answerOf(row: CommandRow, { fingerprint }: AskingPerson): KeyedAsked {
  if (row.fingerprint !== fingerprint) return { state: "key-reused" };
  return { state: "answered", letter: row.body as DeadLetter };
}
