/** The directory's tables: users and, for writing only, credentials. */
import type { Role } from "../../schemas/envelope.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Notifications } from "../../schemas/resources.ts";
import type { ActorStore } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import { type Credential, type DirectoryEntity, emailKey, type User, userKey } from "./state.ts";

interface UserRow {
  id: UserId;
  email: string;
  name: string;
  role: Role;
  active: boolean;
  locale: "en" | "ru";
  notifications: Notifications;
  created_at: string;
  changed_at: string;
}

export const directoryStore: ActorStore<DirectoryEntity> = {
  async open(db) {
    const { rows } = await db.query<UserRow>("select * from users where role = 'admin'");
    return rows.map(userOf);
  },
  async load(db, _partition, keys) {
    const { rows } = await db.query<UserRow>(
      "select * from users where id = any($1::uuid[]) or email = any($2::text[])",
      [named(keys, "user/"), named(keys, "email/")],
    );
    return rows.flatMap((row) => [userOf(row), { key: emailKey(row.email), userId: row.id }]);
  },
  save: (saves) => [
    ...upsertUsers(changedOf(saves, (entity) => "role" in entity)),
    ...upsertCredentials(changedOf(saves, (entity) => "passwordHash" in entity)),
  ],
};

function named(keys: readonly string[], prefix: string): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

function userOf(row: UserRow): User {
  const { created_at, changed_at, ...rest } = row;
  return { key: userKey(row.id), ...rest, createdAt: created_at, changedAt: changed_at };
}

const upsertUsers = (users: readonly User[]): Statement[] =>
  writing(
    "users",
    `insert into users (id, email, name, role, active, locale, notifications, created_at, changed_at)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::text[], $7::jsonb[],
                          $8::timestamptz[], $9::timestamptz[])
     on conflict (id) do update set name = excluded.name, role = excluded.role, active = excluded.active,
       locale = excluded.locale, notifications = excluded.notifications, changed_at = excluded.changed_at`,
    users,
    ({ id }) => id,
    ({ email }) => email,
    ({ name }) => name,
    ({ role }) => role,
    ({ active }) => active,
    ({ locale }) => locale,
    ({ notifications }) => JSON.stringify(notifications),
    ({ createdAt }) => createdAt,
    ({ changedAt }) => changedAt,
  );

const upsertCredentials = (credentials: readonly Credential[]): Statement[] =>
  writing(
    "credentials",
    `insert into credentials (user_id, password_hash) select * from unnest($1::uuid[], $2::text[])
     on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = now()`,
    credentials,
    ({ userId }) => userId,
    ({ passwordHash }) => passwordHash,
  );
