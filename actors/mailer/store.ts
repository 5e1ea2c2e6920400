/** The mailer's tables: mail_people, mails. A mail that waits for its person has an empty recipient. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Notifications } from "../../schemas/resources.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { type Locale, type Mail, type MailerEntity, type MailPerson, mailKey, personKey } from "./state.ts";

interface PersonRow {
  id: UserId;
  email: string;
  name: string;
  locale: Locale;
  active: boolean;
  notifications: Notifications;
}

interface MailRow {
  id: Uuid;
  user_id: UserId;
  template: Mail["template"];
  recipient: string;
  subject: string;
  state: Mail["state"];
  attempts: number;
  failure: string | null;
  business_date: BusinessDate;
  created_at: string;
  updated_at: string;
}

export const mailerStore: ActorStore<MailerEntity> = {
  async open() {
    return []; // what is under way is in the agenda, and names its mail when it is answered
  },
  async load(db, _partition, keys) {
    const people = named(keys, "person/");
    const mails = named(keys, "mail/");
    return [
      ...(people.length > 0 ? await selectPeople(db, people) : []),
      ...(mails.length > 0 ? await selectMails(db, mails) : []),
    ];
  },
  async save(db, _partition, changed) {
    const people = changed.filter((entity): entity is MailPerson => "email" in entity);
    const mails = changed.filter((entity): entity is Mail => "recipient" in entity);
    if (people.length > 0) await upsertPeople(db, people);
    if (mails.length > 0) await upsertMails(db, mails);
  },
};

function named(keys: readonly string[], prefix: string): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

async function selectPeople(db: Db, ids: readonly string[]): Promise<MailPerson[]> {
  const { rows } = await db.query<PersonRow>(
    "select id, email, name, locale, active, notifications from mail_people where id = any($1::uuid[])",
    [ids],
  );
  return rows.map((row) => ({ key: personKey(row.id), ...row }));
}

async function selectMails(db: Db, ids: readonly string[]): Promise<Mail[]> {
  const { rows } = await db.query<MailRow>(
    `select id, user_id, template, recipient, subject, state, attempts, failure, business_date, created_at, updated_at
       from mails where id = any($1::uuid[])`,
    [ids],
  );
  return rows.map(mailOf);
}

function mailOf(row: MailRow): Mail {
  return {
    key: mailKey(row.id),
    id: row.id,
    userId: row.user_id,
    template: row.template,
    recipient: row.recipient === "" ? undefined : row.recipient,
    subject: row.subject,
    state: row.state,
    attempts: row.attempts,
    failure: row.failure ?? undefined,
    businessDate: row.business_date,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

async function upsertPeople(db: Db, people: readonly MailPerson[]): Promise<void> {
  await db.query(
    `insert into mail_people (id, email, name, locale, active, notifications)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::jsonb[])
     on conflict (id) do update set email = excluded.email, name = excluded.name, locale = excluded.locale,
       active = excluded.active, notifications = excluded.notifications`,
    [
      people.map((person) => person.id),
      people.map((person) => person.email),
      people.map((person) => person.name),
      people.map((person) => person.locale),
      people.map((person) => person.active),
      people.map((person) => JSON.stringify(person.notifications)),
    ],
  );
}

async function upsertMails(db: Db, mails: readonly Mail[]): Promise<void> {
  await db.query(
    `insert into mails (id, user_id, template, recipient, subject, state, attempts, failure, business_date,
                        created_at, updated_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
                          $8::text[], $9::date[], $10::timestamptz[], $11::timestamptz[])
     on conflict (id) do update set recipient = excluded.recipient, subject = excluded.subject,
       state = excluded.state, attempts = excluded.attempts, failure = excluded.failure,
       updated_at = excluded.updated_at`,
    [
      mails.map((mail) => mail.id),
      mails.map((mail) => mail.userId),
      mails.map((mail) => mail.template),
      mails.map((mail) => mail.recipient ?? ""),
      mails.map((mail) => mail.subject),
      mails.map((mail) => mail.state),
      mails.map((mail) => mail.attempts),
      mails.map((mail) => mail.failure ?? null),
      mails.map((mail) => mail.businessDate),
      mails.map((mail) => mail.createdAt),
      mails.map((mail) => mail.updatedAt),
    ],
  );
}
