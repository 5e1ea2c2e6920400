/**
 * The envelope: every message is a CloudEvent 1.0 in JSON (EVT-1), with the distributed-tracing, partitioning and
 * sequence extensions, and `causationid`, `correlationid` and the sender's identity as extensions of our own.
 */
import type { DataOf, Type } from "./generated/messages.ts";
import type { UserId, Uuid } from "./ids.ts";

export type Role = "admin" | "manager" | "accountant" | "employee";

/** What every envelope holds, whatever its type. Extension names are lower case, as CloudEvents asks. */
export interface EnvelopeHead {
  readonly specversion: "1.0";
  /** Unique per message and the same on every redelivery. A command's id is its idempotency key. */
  readonly id: Uuid;
  /** `/ates/<kind>/<partition>` for actors (the channel's source), `/ates/edge` for the edge. */
  readonly source: string;
  /** The actor key or thing it speaks of: `task/0190…`. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  /** `urn:ates:<type>:<version>`. */
  readonly dataschema: string;
  readonly partitionkey: string;
  /** Place in its channel, from 1 without gaps (G5); absent on the edge's commands. */
  readonly sequence?: string;
  readonly causationid: Uuid;
  readonly correlationid: Uuid;
  /** W3C trace context of the hop that made the message. */
  readonly traceparent: string;
  readonly tracestate?: string;
  /** Who sent a command: from the verified token, never from the request's body (AUTH-2). */
  readonly senderid?: UserId;
  readonly senderrole?: Role;
  /** Where the waiting edge listens for the outcome. */
  readonly replyto?: string;
  /** Hash of route and body: tells a repeated command from another one under the same key. */
  readonly fingerprint?: string;
}

export type Envelope<T extends Type = Type> = T extends Type
  ? EnvelopeHead & { readonly type: T; readonly data: DataOf[T] }
  : never;

/** An envelope whose type, version and data nobody has checked yet. */
export type RawEnvelope = EnvelopeHead & { readonly type: string; readonly data: unknown };

const SCHEMA = /^urn:ates:([a-z-]+(?:\.[a-z-]+)+):([1-9]\d*)$/;

export function dataschema(type: string, version: number): string {
  return `urn:ates:${type}:${version}`;
}

/** The version named by a dataschema, or undefined when it does not name `type`. */
export function versionOf(envelope: RawEnvelope): number | undefined {
  const match = SCHEMA.exec(envelope.dataschema);
  return match !== null && match[1] === envelope.type ? Number(match[2]) : undefined;
}
