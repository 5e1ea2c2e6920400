/**
 * The secret of a link that is mailed: a keyed hash of the link's id. So it is made where the mail is handed over and
 * where the link is shown, and stands in no table, no stream and no log between them.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Uuid } from "./ids.ts";

/** `<id>.<secret>`, what stands behind the `#` of the link. `installationSecret` is the company's. */
export function linkToken(id: Uuid, installationSecret: string): string {
  return `${id}.${createHmac("sha256", installationSecret).update(`link ${id}`).digest("base64url")}`;
}

export function isLinkToken(token: string, id: Uuid, installationSecret: string): boolean {
  const right = Buffer.from(linkToken(id, installationSecret));
  const given = Buffer.from(token);
  return given.length === right.length && timingSafeEqual(given, right);
}

/** What stands in a mail's words in the place of its own link until it is handed over. */
export function linkPlace(id: Uuid): string {
  return `ates-link:${id}`;
}
