/**
 * Commands from outside of the edge: of the installation and of an operator. Each is a promise like one that the edge
 * answered with 202: a row that a worker's keeper appends to the stream, again and again, until an actor has decided it.
 * So it needs no Redis here and no worker now, and it happens once.
 */
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { dataschema, type Role } from "../schemas/envelope.ts";
import type { CommandType, DataOf, InternalType } from "../schemas/generated/messages.ts";
import type { Uuid } from "../schemas/ids.ts";
import type { Topic } from "../streams/topology.ts";

export interface OutsideCommand<T extends CommandType> {
  readonly id: Uuid;
  readonly source: string;
  readonly topic: Topic;
  readonly type: T;
  readonly subject: string;
  readonly data: DataOf[T];
  readonly fingerprint: string;
  /** Without one it is the system that commands. */
  readonly sender?: { readonly id: Uuid; readonly role: Role };
  readonly nowMs: number;
}

/** Older than it is, so that the keeper does not wait for the edge to have sent it. */
export async function promiseCommand<T extends CommandType>(
  pool: pg.Pool,
  command: OutsideCommand<T>,
): Promise<void> {
  const { id, topic, type, fingerprint, sender } = command;
  const from = sender === undefined ? {} : { senderid: sender.id, senderrole: sender.role };
  const envelope = outsideEnvelope(command, { ...from, fingerprint });
  await pool.query(
    `insert into commands (id, sender, fingerprint, topic, type, state, envelope, created_at)
     values ($1, $2, $3, $4, $5, 'pending', $6, now() - interval '1 minute')`,
    [id, sender?.id ?? null, fingerprint, topic, type, envelope],
  );
}

export interface OutsideMessage {
  readonly id: Uuid;
  readonly source: string;
  readonly type: CommandType | InternalType;
  readonly subject: string;
  readonly data: object;
  readonly nowMs: number;
}

/** The envelope of a message that has no cause inside the system. */
export function outsideEnvelope(message: OutsideMessage, extra: object = {}): string {
  const { id, source, type, subject, data, nowMs } = message;
  return JSON.stringify({
    specversion: "1.0",
    id,
    source,
    type,
    subject,
    time: new Date(nowMs).toISOString(),
    datacontenttype: "application/json",
    dataschema: dataschema(type, 1),
    partitionkey: subject,
    causationid: id,
    correlationid: id,
    traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`,
    ...extra,
    data,
  });
}
