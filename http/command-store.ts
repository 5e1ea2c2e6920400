/** The durable outcomes of commands, as the edge reads and promises them: SQL of the table `commands` (EDGE-2). */

import type { Uuid } from "../schemas/ids.ts";
import type { Database } from "./database.ts";

export interface CommandRow {
  readonly id: Uuid;
  readonly sender: Uuid | null;
  readonly fingerprint: string;
  readonly type: string;
  readonly state: "pending" | "done";
  readonly accepted: boolean | null;
  readonly code: string | null;
  readonly body: unknown;
  readonly traceId: string | null;
}

/** A command that nobody has decided yet, with the envelope that makes the promise good. */
export interface PromisedCommand {
  readonly id: Uuid;
  readonly sender: Uuid;
  readonly fingerprint: string;
  readonly topic: string;
  readonly type: string;
  readonly envelope: string;
  readonly traceId: string;
}

const COLUMNS = 'id, sender, fingerprint, type, state, accepted, code, body, trace_id as "traceId"';

export async function findCommand(pool: Database, id: Uuid): Promise<CommandRow | undefined> {
  const { rows } = await pool.query<CommandRow>({
    name: "edge-find-command",
    text: `select ${COLUMNS} from commands where id = $1::uuid`,
    values: [id],
  });
  return rows[0];
}

export async function findDoneCommands(pool: Database, ids: readonly Uuid[]): Promise<CommandRow[]> {
  const { rows } = await pool.query<CommandRow>({
    name: "edge-find-done-commands",
    text: `select ${COLUMNS} from commands where id = any($1::uuid[]) and state = 'done'`,
    values: [ids],
  });
  return rows;
}

/** Promises the command, unless it is decided or promised already: then the row says how it stands. */
export async function promiseCommand(
  pool: Database,
  command: PromisedCommand,
): Promise<CommandRow | undefined> {
  const { rowCount } = await pool.query({
    name: "edge-promise-command",
    text: `insert into commands (id, sender, fingerprint, topic, type, state, envelope, trace_id)
           values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, 'pending', $6::text, $7::text)
           on conflict (id) do nothing`,
    values: [
      command.id,
      command.sender,
      command.fingerprint,
      command.topic,
      command.type,
      command.envelope,
      command.traceId,
    ],
  });
  return rowCount === 1 ? undefined : findCommand(pool, command.id);
}

/**
 * Promises a command that nobody waits for and no person sends: a worker's keeper appends it at its next look, as it is
 * older than those that an edge may still be sending. The same id again is the same command.
 */
export async function promiseFromOutside(
  pool: Database,
  { id, fingerprint, topic, type, envelope, traceId }: Omit<PromisedCommand, "sender">,
): Promise<void> {
  await pool.query({
    name: "edge-promise-from-outside",
    text: `insert into commands (id, fingerprint, topic, type, state, envelope, trace_id, created_at)
           values ($1::uuid, $2::text, $3::text, $4::text, 'pending', $5::text, $6::text, now() - interval '1 minute')
           on conflict (id) do nothing`,
    values: [id, fingerprint, topic, type, envelope, traceId],
  });
}

/** What the edge itself has decided and done, in the caller's transaction; false when the id is taken. */
export async function insertDecided(
  client: Pick<Database, "query">,
  command: Omit<PromisedCommand, "envelope"> & { readonly body: unknown },
): Promise<boolean> {
  const { id, sender, fingerprint, topic, type, body, traceId } = command;
  const { rowCount } = await client.query({
    name: "edge-insert-decided",
    text: `insert into commands (id, sender, fingerprint, topic, type, state, accepted, body, trace_id, done_at)
           values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, 'done', true, $6::json, $7::text, now())
           on conflict (id) do nothing`,
    values: [id, sender, fingerprint, topic, type, JSON.stringify(body), traceId],
  });
  return rowCount === 1;
}
