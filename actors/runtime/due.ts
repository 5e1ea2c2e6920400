/** What time alone has made due, as a message that another one brings with it (DAY-1). */
import type { Company } from "../../schemas/company.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { derivedUuid } from "../../schemas/ids.ts";
import type { Due } from "./actor.ts";

/** Its id names what is due: the same cause, tried again on another day, may find something else overdue. */
export function dueMessage(cause: Envelope, due: Due, company: Company): Envelope {
  const { senderid: _s, senderrole: _r, replyto: _t, fingerprint: _f, sequence: _n, ...head } = cause;
  const { type, subject, data } = due;
  const id = derivedUuid(Date.parse(cause.time), company.secret, cause.id, "due", type, JSON.stringify(data));
  return { ...head, id, type, subject, data, causationid: cause.id } as Envelope;
}
