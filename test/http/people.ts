/** People and log-ins put into the tables directly: what writes them is tested elsewhere. */
import type pg from "pg";
import { hashPassword } from "../../http/auth/password.ts";
import type { Role } from "../../schemas/envelope.ts";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import type { EdgeClient } from "./edge-client.ts";

export const PASSWORD = "correct horse battery";
const hashed = hashPassword(PASSWORD);

export interface TestPerson {
  readonly id: UserId;
  readonly email: string;
  readonly role: Role;
}

export async function addPerson(pool: pg.Pool, role: Role, active = true): Promise<TestPerson> {
  const id = newUuid() as UserId;
  const email = `${id}@ates.test`;
  await pool.query(
    `insert into users (id, email, name, role, active, notifications, created_at, changed_at)
     values ($1, $2, $3, $4, $5, '{"assigned": true, "receipt": true, "statement": true}', now(), now() - interval '1 hour')`,
    [id, email, `Popug ${id.slice(-4)}`, role, active],
  );
  await pool.query("insert into credentials (user_id, password_hash) values ($1, $2)", [id, await hashed]);
  return { id, email, role };
}

/** An access token by way of the log-in. */
export async function tokenOf(client: EdgeClient, { email }: TestPerson): Promise<string> {
  const { body } = await client.post("/api/v1/auth/login", { body: { email, password: PASSWORD } });
  return body.accessToken as string;
}
