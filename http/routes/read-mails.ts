/** GET /mails: what was written to people and how it stands, for accountants and admins (PAY-5). */
import { MAIL_KINDS, MAIL_STATES } from "../../schemas/mail-kinds.ts";
import { listMails, type MailListRequest } from "../queries/mails.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import type { ReadDeps } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { BUSINESS_DATE, COUNT, INSTANT, object, oneOf, orNull, TEXT, UUID } from "./value-schemas.ts";

const MAIL = object({
  id: UUID,
  userId: UUID,
  name: TEXT,
  kind: oneOf(MAIL_KINDS),
  recipient: orNull(TEXT),
  subject: TEXT,
  state: oneOf(MAIL_STATES, "`failed` with its reason: it bounced, or nobody could be reached in time."),
  attempts: COUNT,
  failure: orNull(TEXT),
  businessDate: BUSINESS_DATE,
  createdAt: INSTANT,
  updatedAt: INSTANT,
  canResend: { type: "boolean" },
});

export function mailReadRoutes({ database }: ReadDeps): Route[] {
  return [
    {
      method: "GET",
      path: "/mails",
      tag: "mails",
      summary: "Mails to people, newest business date first",
      access: ["accountant", "admin"],
      query: { state: oneOf(MAIL_STATES), kind: oneOf(MAIL_KINDS), ...PAGE_QUERY },
      responses: answers("A page of mails", pageOf(MAIL)),
      handle: async (request) => ok(await listMails(database, queryOf<MailListRequest>(request))),
    },
  ];
}
