/** Mails to people (PAY-5): what was written to whom, and how each stands; newest business date first. */
import type { Knex } from "knex";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { MailKind, MailState } from "../../schemas/mail-kinds.ts";
import type { Database } from "../database.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";
import { rowsOf } from "./statement.ts";

export interface MailResource {
  readonly id: Uuid;
  readonly userId: UserId;
  readonly name: string;
  readonly kind: MailKind;
  readonly recipient: string | null;
  readonly subject: string;
  readonly state: MailState;
  readonly attempts: number;
  readonly failure: string | null;
  readonly businessDate: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly canResend: boolean;
}

export interface MailListRequest extends PageRequest {
  readonly state?: MailResource["state"];
  readonly kind?: MailResource["kind"];
}

const LIST = "mails";
const RESENDABLE = "mails.state <> 'pending' and exists (select from mail_words where mail_id = mails.id)";

export async function listMails(database: Knex, request: MailListRequest): Promise<Page<MailResource>> {
  const { cursor, state, kind } = request;
  const [date, id] = cursor === undefined ? [null, null] : decodeCursor(LIST, cursor, ["date", "uuid"]);
  const rows = await rowsOf<MailResource>(database, {
    text: `select mails.id, user_id as "userId", coalesce(mail_people.name, '') as name, template as kind,
                  nullif(recipient, '') as recipient, subject, state, attempts, failure,
                  business_date as "businessDate", created_at as "createdAt", updated_at as "updatedAt",
                  ${RESENDABLE} as "canResend"
             from mails left join mail_people on mail_people.id = user_id
            where ($1::date is null or (business_date, mails.id) < ($1::date, $2::uuid))
              and ($3::text is null or state = $3::text) and ($4::text is null or template = $4::text)
            order by business_date desc, mails.id desc limit $5`,
    values: [date, id, state ?? null, kind ?? null, pageSize(request) + 1],
  });
  const keyOf = (row: MailResource) => [row.businessDate, row.id];
  return cutPage(rows, pageSize(request), LIST, keyOf, (row) => row);
}

export interface SentMail {
  readonly userId: UserId;
  readonly state: MailResource["state"];
  readonly canResend: boolean;
}

/** Undefined: there is no such mail. */
export async function findMail(database: Database, id: Uuid): Promise<SentMail | undefined> {
  const { rows } = await database.query<SentMail>(
    `select user_id as "userId", state, ${RESENDABLE} as "canResend" from mails where id = $1::uuid`,
    [id],
  );
  return rows[0];
}
