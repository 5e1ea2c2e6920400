/** Four signed-in people, one of each role, in a world with a worker and an edge. */
import { hashPassword } from "../../http/auth/password.ts";
import type { Role } from "../../schemas/envelope.ts";
import { type Api, apiOf, tokenOf } from "./api.ts";
import { ask } from "./client.ts";
import { until, type World } from "./world.ts";

export const ROLES: readonly Role[] = ["admin", "manager", "accountant", "employee"];
export const PASSWORD = "a-password-of-tests";

export interface SignedIn {
  readonly id: string;
  readonly role: Role;
  readonly api: Api;
  readonly token: string;
}

/** `hash` once: it is made slow on purpose. */
export async function signInAll(world: World, baseUrl: string): Promise<Readonly<Record<Role, SignedIn>>> {
  const passwordHash = await hashPassword(PASSWORD);
  const people = await Promise.all(
    ROLES.map(async (role): Promise<[Role, SignedIn]> => {
      const email = `${role}@test.local`;
      const data = { email, name: `The ${role}`, role, passwordHash };
      const { body } = await ask(world, "directory", "user.register", `email/${email}`, data);
      const token = await tokenOf(baseUrl, email, PASSWORD);
      return [role, { id: body.id, role, api: apiOf(baseUrl, token), token }];
    }),
  );
  await until(
    async () => (await world.pool.query("select from board_people")).rowCount === ROLES.length,
    "the board knows them",
  );
  return Object.fromEntries(people) as Record<Role, SignedIn>;
}
