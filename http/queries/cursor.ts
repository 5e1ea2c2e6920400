/**
 * Cursors of keyset pages: opaque to the client, base64url of a JSON array: the list's name and the last row's key.
 * The name keeps a cursor of one list, or of one order, from being read as another's.
 */
import { parseBusinessDate } from "../../schemas/business-date.ts";
import { Refusal } from "../refusal.ts";

export type CursorKey = readonly (string | number)[];
type KeyOf<Kinds extends readonly KeyKind[]> = {
  [I in keyof Kinds]: Kinds[I] extends "int4" | "int8" ? number : string;
};
/** `instant` as Postgres writes it in UTC, to the microsecond. */
export type KeyKind = "int4" | "int8" | "text" | "uuid" | "date" | "instant";

/** The code `invalid_cursor`, status 400. */
export class InvalidCursor extends Refusal {
  constructor() {
    const detail = "expected the `next` of an earlier answer of this list in this order";
    super(400, "invalid_cursor", `/query/cursor: ${detail}`, [{ pointer: "/query/cursor", detail }]);
  }
}

export function encodeCursor(list: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString("base64url");
}

/** The key in `cursor`, each part checked to be of its kind, so that nothing odd reaches Postgres. */
export function decodeCursor<const Kinds extends readonly KeyKind[]>(
  list: string,
  cursor: string,
  kinds: Kinds,
): KeyOf<Kinds> {
  const [name, ...key] = parse(cursor);
  if (name !== list || key.length !== kinds.length) throw new InvalidCursor();
  kinds.forEach((kind, at) => {
    if (!IS_KIND[kind](key[at])) throw new InvalidCursor();
  });
  return key as KeyOf<Kinds>;
}

const INT4_MAX = 2_147_483_647;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const IS_KIND: Readonly<Record<KeyKind, (value: unknown) => boolean>> = {
  int4: (value) => Number.isSafeInteger(value) && Math.abs(value as number) <= INT4_MAX,
  int8: (value) => Number.isSafeInteger(value),
  // Postgres refuses NUL in text.
  text: (value) => typeof value === "string" && !value.includes("\u0000"),
  uuid: (value) => typeof value === "string" && UUID.test(value),
  // Postgres knows no year 0.
  date: (value) =>
    typeof value === "string" && /^[1-9]/.test(value) && parseBusinessDate(value) !== undefined,
  instant: (value) => typeof value === "string" && isInstant(value),
};

function isInstant(text: string): boolean {
  if (text === "infinity" || text === "-infinity") return true;
  const [date = "", time = ""] = text.split(" ");
  return IS_KIND.date(date) && /^([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?\+00$/.test(time);
}

function parse(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(value)) return value;
  } catch {
    // Falls through: whatever is wrong with it, the answer is the same.
  }
  throw new InvalidCursor();
}
