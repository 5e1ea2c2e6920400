/** The mailer's tables: mail_people, mails, mail_words, mail_digests. A mail that waits for its person has an empty recipient. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Notifications } from "../../schemas/resources.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import {
  type Digest,
  digestKey,
  type KeptWords,
  type Locale,
  type Mail,
  type MailerEntity,
  type MailPerson,
  mailKey,
  personKey,
  type Words,
  wordsKey,
} from "./state.ts";

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

interface WordsRow extends Omit<Words, "statement"> {
  mail_id: Uuid;
  statement: NonNullable<Words["statement"]> | null;
}

export const mailerStore: ActorStore<MailerEntity> = {
  async open() {
    return []; // what is under way is in the agenda, and names its mail when it is answered
  },
  async load(db, _partition, keys) {
    const people = named(keys, "person/");
    const mails = named(keys, "mail/");
    const words = named(keys, "words/");
    const digests = named(keys, "digest/");
    return [
      ...(people.length > 0 ? await selectPeople(db, people) : []),
      ...(mails.length > 0 ? await selectMails(db, mails) : []),
      ...(words.length > 0 ? await selectWords(db, words) : []),
      ...(digests.length > 0 ? await selectDigests(db, digests) : []),
    ];
  },
  save: (saves) => [
    ...upsertPeople(changedOf(saves, (entity) => "email" in entity)),
    ...upsertMails(changedOf(saves, (entity) => "recipient" in entity)),
    ...insertWords(changedOf(saves, (entity) => "words" in entity)),
    ...upsertDigests(changedOf(saves, (entity) => "firstAt" in entity)),
  ],
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

async function selectWords(db: Db, ids: readonly string[]): Promise<KeptWords[]> {
  const { rows } = await db.query<WordsRow>(
    "select mail_id, subject, text, html, statement from mail_words where mail_id = any($1::uuid[])",
    [ids],
  );
  return rows.map(({ mail_id: mailId, statement, ...words }) => ({
    key: wordsKey(mailId),
    mailId,
    words: statement === null ? words : { ...words, statement },
  }));
}

async function selectDigests(db: Db, ids: readonly string[]): Promise<Digest[]> {
  const { rows } = await db.query<Omit<Digest, "key">>(
    `select user_id as "userId", count, tasks, first_at as "firstAt", last_at as "lastAt",
            business_date as date
       from mail_digests where user_id = any($1::uuid[])`,
    [ids],
  );
  return rows.map((row) => ({ key: digestKey(row.userId), ...row }));
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

const upsertPeople = (people: readonly MailPerson[]): Statement[] =>
  writing(
    "mail-people",
    `insert into mail_people (id, email, name, locale, active, notifications)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::jsonb[])
     on conflict (id) do update set email = excluded.email, name = excluded.name, locale = excluded.locale,
       active = excluded.active, notifications = excluded.notifications`,
    people,
    ({ id }) => id,
    ({ email }) => email,
    ({ name }) => name,
    ({ locale }) => locale,
    ({ active }) => active,
    ({ notifications }) => JSON.stringify(notifications),
  );

const upsertMails = (mails: readonly Mail[]): Statement[] =>
  writing(
    "mails",
    `insert into mails (id, user_id, template, recipient, subject, state, attempts, failure, business_date,
                        created_at, updated_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
                          $8::text[], $9::date[], $10::timestamptz[], $11::timestamptz[])
     on conflict (id) do update set recipient = excluded.recipient, subject = excluded.subject,
       state = excluded.state, attempts = excluded.attempts, failure = excluded.failure,
       updated_at = excluded.updated_at`,
    mails,
    ({ id }) => id,
    ({ userId }) => userId,
    ({ template }) => template,
    ({ recipient }) => recipient ?? "",
    ({ subject }) => subject,
    ({ state }) => state,
    ({ attempts }) => attempts,
    ({ failure }) => failure,
    ({ businessDate }) => businessDate,
    ({ createdAt }) => createdAt,
    ({ updatedAt }) => updatedAt,
  );

/** Written once: what was sent does not change. */
const insertWords = (kept: readonly KeptWords[]): Statement[] =>
  writing(
    "mail-words",
    `insert into mail_words (mail_id, subject, text, html, statement)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
     on conflict (mail_id) do nothing`,
    kept,
    ({ mailId }) => mailId,
    ({ words }) => words.subject,
    ({ words }) => words.text,
    ({ words }) => words.html,
    ({ words }) => (words.statement === undefined ? null : JSON.stringify(words.statement)),
  );

const upsertDigests = (digests: readonly Digest[]): Statement[] =>
  writing(
    "mail-digests",
    `insert into mail_digests (user_id, count, tasks, first_at, last_at, business_date)
     select * from unnest($1::uuid[], $2::int[], $3::jsonb[], $4::timestamptz[], $5::timestamptz[], $6::date[])
     on conflict (user_id) do update set count = excluded.count, tasks = excluded.tasks,
       first_at = excluded.first_at, last_at = excluded.last_at, business_date = excluded.business_date`,
    digests,
    ({ userId }) => userId,
    ({ count }) => count,
    ({ tasks }) => JSON.stringify(tasks),
    ({ firstAt }) => firstAt,
    ({ lastAt }) => lastAt,
    ({ date }) => date,
  );
