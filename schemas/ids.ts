/**
 * Identities: UUIDs, version 7, branded so that a task's id cannot stand where a person's is asked for.
 *
 * Inside actors ids are derived, not drawn: the same cause gives the same id on every redelivery (G7).
 */
import { hash, randomUUID } from "node:crypto";

declare const brand: unique symbol;
export type Branded<T, B extends string> = T & { readonly [brand]: B };

export type Uuid = string;
export type UserId = Branded<string, "UserId">;
export type TaskId = Branded<string, "TaskId">;
export type JobId = Branded<string, "JobId">;
export type PayoutId = Branded<string, "PayoutId">;
export type ScheduleId = Branded<string, "ScheduleId">;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A fresh UUIDv7 for things that have no cause inside the system: a host, a command without an Idempotency-Key. */
export function newUuid(nowMs: number = Date.now()): Uuid {
  return shape(nowMs, randomUUID().replaceAll("-", "").slice(0, 20));
}

/**
 * A UUIDv7 whose time is `timeMs` and whose other 74 bits are a hash of `words`.
 * The words must hold everything that tells this id from others of the same millisecond.
 */
export function derivedUuid(timeMs: number, ...words: (string | number)[]): Uuid {
  return shape(timeMs, hash("sha256", words.join("\u0000"), "hex").slice(0, 20));
}

/** Not above any id of this moment or a later one, above every id of an earlier one. */
export function firstUuidOf(timeMs: number): Uuid {
  return shape(timeMs, "0".repeat(20));
}

/** The time in a UUIDv7, in milliseconds since the epoch. */
export function timeOfUuid(id: Uuid): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

const TIME_MAX = 2 ** 48 - 1;

const VARIANTS = "89ab";

function shape(timeMs: number, hex20: string): Uuid {
  // A time that is none (NaN) or beyond 48 bits must still give an id: the words alone tell ids apart.
  const ms = Number.isFinite(timeMs) ? Math.min(Math.max(0, Math.floor(timeMs)), TIME_MAX) : 0;
  const time = ms.toString(16).padStart(12, "0");
  const variant = VARIANTS[Number.parseInt(hex20.slice(3, 4), 16) & 0x3];
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${hex20.slice(0, 3)}-${variant}${hex20.slice(4, 7)}-${hex20.slice(7, 19)}`;
}
