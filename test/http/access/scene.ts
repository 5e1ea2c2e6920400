/**
 * The world of the authorization matrix: one person of each role, a stranger who owns what is not theirs, and tokens
 * that do not count. Everything is made by way of the API, as people make it.
 */
import { SignJWT } from "jose";
import { AUDIENCE, ISSUER, signAccessToken } from "../../../http/auth/access-token.ts";
import { SCOPES, type Scope } from "../../../http/auth/scopes.ts";
import { SigningKeys } from "../../../http/auth/signing-keys.ts";
import type { Role } from "../../../schemas/envelope.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { type Api, apiOf, tokenOf } from "../../support/api.ts";
import { PASSWORD, type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, until, type World } from "../../support/world.ts";

/** Tokens that do not count, whoever they speak of. */
export const BAD_TOKENS = ["expired", "disabled", "unscoped"] as const;
export type BadToken = (typeof BAD_TOKENS)[number];

export const BAD_PROGRAM_TOKENS = [
  "a program's expired token",
  "a program's revoked token",
  "a program's token whose person is disabled",
] as const;

/** An admin's, good for one scope each, an employee's for all of them, and such as do not count. */
export interface ProgramTokens {
  readonly admin: Readonly<Record<Scope, string>>;
  readonly employee: string;
  readonly bad: Readonly<Record<(typeof BAD_PROGRAM_TOKENS)[number], string>>;
}

interface Task {
  readonly id: string;
  readonly createdBy: { readonly id: string };
  readonly assignee: { readonly id: string };
}

/** A third of them are drawn for their creator. */
const TASKS_AT_ONCE = 20;

export class Scene {
  readonly world: World;
  readonly baseUrl: string;
  readonly people: Readonly<Record<Role, SignedIn>>;
  readonly stranger: SignedIn;
  readonly badTokens: Readonly<Record<BadToken, string>>;
  readonly programs: ProgramTokens;
  readonly #tasks: Task[] = [];

  private constructor(
    world: World,
    baseUrl: string,
    people: Scene["people"],
    stranger: SignedIn,
    badTokens: Scene["badTokens"],
    programs: ProgramTokens,
  ) {
    this.world = world;
    this.baseUrl = baseUrl;
    this.people = people;
    this.stranger = stranger;
    this.badTokens = badTokens;
    this.programs = programs;
  }

  static async open(): Promise<Scene> {
    const world = await newWorld({ ATES_RATE_PER_SECOND: "1000000" });
    await world.worker();
    const baseUrl = await world.edge();
    const people = await signInAll(world, baseUrl);
    const stranger = await signUp(people.admin.api, baseUrl, "employee");
    const gone = await signUp(people.admin.api, baseUrl, "admin");
    const badTokens = await badTokensOf(world, people.admin, gone);
    const bad = await badProgramsOf(world, people.admin, gone);
    await people.admin.api("PATCH", `/users/${gone.id}`, { active: false });
    await until(
      async () => (await gone.api("GET", "/me")).status === 401,
      "a disabled person's token is stale",
    );
    const programs = {
      admin: Object.fromEntries(
        await Promise.all(
          SCOPES.map(async (scope) => [scope, (await tokenFor(people.admin, [scope])).token]),
        ),
      ),
      employee: (await tokenFor(people.employee, SCOPES)).token,
      bad,
    };
    return new Scene(world, baseUrl, people, stranger, badTokens, programs);
  }

  close(): Promise<void> {
    return this.world.end();
  }

  /** An open task of the person's: created by them, and assigned to them if they get tasks at all. Given out once. */
  async taskOf(owner: SignedIn): Promise<string> {
    const isEligible = owner.role === "employee" || owner.role === "accountant";
    for (;;) {
      const at = this.#tasks.findIndex(
        ({ createdBy, assignee }) => createdBy.id === owner.id && (!isEligible || assignee.id === owner.id),
      );
      const [task] = at === -1 ? [] : this.#tasks.splice(at, 1);
      if (task !== undefined) return task.id;
      const made = Array.from({ length: TASKS_AT_ONCE }, () =>
        owner.api("POST", "/tasks", { title: "Feed" }),
      );
      const created = (await Promise.all(made)).filter(({ status }) => status === 201);
      this.#tasks.push(...created.map(({ body }) => body as Task));
    }
  }
}

async function signUp(admin: Api, baseUrl: string, role: Role): Promise<SignedIn> {
  const email = `${newUuid()}@test.local`;
  const { body } = await admin("POST", "/users", { email, name: "A stranger", role, password: PASSWORD });
  const token = await tokenOf(baseUrl, email, PASSWORD);
  return { id: body.id, role, api: apiOf(baseUrl, token), token };
}

/** All of them signed by the installation's own key; `unscoped` lacks the role that every check asks for. */
async function badTokensOf(world: World, admin: SignedIn, gone: SignedIn): Promise<Scene["badTokens"]> {
  const keys = new SigningKeys(world.pool);
  const { kid, privateKey } = await keys.current();
  const subject = { userId: admin.id as UserId, role: admin.role, sessionId: newUuid() };
  const unscoped = await new SignJWT({ sid: newUuid() })
    .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(admin.id)
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(privateKey);
  const expired = await signAccessToken(keys, subject, Date.now() - 3_600_000);
  return { expired, disabled: gone.token, unscoped };
}

async function badProgramsOf(
  { pool }: World,
  admin: SignedIn,
  gone: SignedIn,
): Promise<ProgramTokens["bad"]> {
  const [late, revoked, orphan] = await Promise.all([admin, admin, gone].map((who) => tokenFor(who, SCOPES)));
  await pool.query("update api_tokens set expires_at = now() - interval '1 minute' where id = $1", [
    late?.id,
  ]);
  await admin.api("DELETE", `/me/tokens/${revoked?.id}`);
  return {
    "a program's expired token": late?.token ?? "",
    "a program's revoked token": revoked?.token ?? "",
    "a program's token whose person is disabled": orphan?.token ?? "",
  };
}

async function tokenFor({ api }: SignedIn, scopes: readonly Scope[]): Promise<{ id: string; token: string }> {
  const { status, body } = await api("POST", "/me/tokens", { name: newUuid(), scopes, expiresInDays: 1 });
  if (status !== 201) throw new Error(`expected a token, got ${status} ${JSON.stringify(body)}`);
  return body;
}
