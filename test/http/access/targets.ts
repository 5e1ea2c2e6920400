/** How the matrix comes by a thing that a path names: the caller's own, a stranger's, one of nobody's, and none. */
import { newUuid } from "../../../schemas/ids.ts";
import type { Operation } from "../../support/contract/operations.ts";
import { pathParameters } from "../../support/contract/operations.ts";
import type { SignedIn } from "../../support/people.ts";
import { addLetter } from "../letter-rows.ts";
import type { Whose } from "./expected.ts";
import type { Scene } from "./scene.ts";

export type Params = Readonly<Record<string, string>>;

/** Answers the path's parameters. A thing that a request uses up is made anew each time. */
type Make = (scene: Scene, owner: SignedIn) => Promise<Params> | Params;

/** By the beginning of the path; the longest one counts. `owner` is the caller (`own`) or a stranger (`other`). */
const OWNED: Readonly<Record<string, Make>> = {
  "/api/v1/accounts/{userId}": (_, owner) => ({ userId: owner.id }),
  "/api/v1/users/{id}": (_, owner) => ({ id: owner.id }),
  "/api/v1/tasks/{id}": async (scene, owner) => ({ id: await scene.taskOf(owner) }),
  "/api/v1/commands/{id}": async (_, { api }) => {
    const { headers } = await api("POST", "/tasks", { title: "Later" }, { prefer: "respond-async" });
    return { id: headers.get("location")?.split("/").at(-1) ?? "" };
  },
  "/api/v1/jobs/{id}": async (_, { api }) => {
    const { body } = await api("POST", "/tasks/import", `title\n${newUuid()}\n`, {
      "content-type": "text/csv",
    });
    return { id: body.jobId };
  },
  "/api/v1/me/sessions/{id}": async ({ world }, { id: userId }) => {
    const id = newUuid();
    const values = "($1, $2, 'of nothing', now() + interval '1 day')";
    await world.pool.query(`insert into sessions (id, user_id, token_hash, expires_at) values ${values}`, [
      id,
      userId,
    ]);
    return { id };
  },
  "/api/v1/me/tokens/{id}": async (_, { api }) => {
    const { body } = await api("POST", "/me/tokens", { name: newUuid(), scopes: ["read"], expiresInDays: 1 });
    return { id: body.id };
  },
  "/api/v1/auth/passkeys/{passkey}": async ({ world }, { id: userId }) => {
    const passkey = newUuid();
    const values = "($1, $2, 'A beak', '', 0, '{}')";
    await world.pool.query(
      `insert into passkeys (id, user_id, name, public_key, counter, transports) values ${values}`,
      [passkey, userId],
    );
    return { passkey };
  },
  "/api/v1/views/{id}": async (_, { api }) => {
    const { body } = await api("POST", "/views", { name: newUuid(), query: {} });
    return { id: body.id };
  },
};

const THERE: Readonly<Record<string, (scene: Scene) => Promise<Params> | Params>> = {
  "/api/v1/days/{date}": ({ world }) => ({ date: world.company.firstDate }),
  "/api/v1/days/{date}/bank-file": async ({ world }) => {
    const date = "2020-01-01";
    await world.pool.query(
      `insert into days (business_date, state, partitions) values ($1, 'closed', '[]') on conflict do nothing`,
      [date],
    );
    return { date };
  },
  "/api/v1/ops/dead-letters/{id}": async ({ world }) => ({ id: (await addLetter(world.pool)).id }),
  "/api/v1/corrections/{id}": async ({ world }) => {
    const [id, of, by] = [newUuid(), newUuid(), newUuid()];
    await world.pool.query(
      `insert into corrections (id, account_id, kind, amount, reason, state, proposed_by, proposed_at)
       values ($1, $2, 'bonus', 1, 'Well sung', 'proposed', $3, now())`,
      [id, of, by],
    );
    return { id };
  },
  "/api/v1/mails/{id}": async ({ world }) => {
    const id = newUuid();
    await world.pool.query(
      `insert into mails (id, user_id, template, recipient, subject, state, attempts, business_date, created_at,
                          updated_at)
       values ($1, $2, 'assigned', 'kea@test.local', '1 task assigned to you', 'sent', 1, '2026-01-01', now(), now())`,
      [id, newUuid()],
    );
    return { id };
  },
  "/api/v1/webhooks/{id}": async (scene) => ({ id: await webhookOf(scene) }),
  "/api/v1/webhooks/{id}/deliveries/{deliveryId}": async (scene) => {
    const [id, deliveryId] = [await webhookOf(scene), newUuid()];
    await scene.world.pool.query(
      `insert into webhook_deliveries (id, webhook_id, number, fact_id, type, body, state, attempts, started_at,
                                       created_at, updated_at)
       values ($1, $2, 1, $3, 'account.opened', '{}', 'failed', 1, now(), now(), now())`,
      [deliveryId, id, newUuid()],
    );
    return { id, deliveryId };
  },
  "/api/v1/schedules/{id}": async ({ people }) => {
    const work = { kind: "task", title: "Water the palm" };
    const { body } = await people.admin.api("POST", "/schedules", {
      name: "Palm",
      cron: "0 9 1 * *",
      catchUp: "one",
      work,
    });
    return { id: body.id };
  },
  "/api/v1/payouts/{id}": async ({ world }) => {
    const id = newUuid();
    await world.pool.query(
      `insert into payouts (id, account_id, business_date, amount, breakdown, state, attempts, updated_at)
       values ($1, $2, '2026-01-01', 100, '{}', 'requested', 0, now())`,
      [id, newUuid()],
    );
    return { id };
  },
};

async function webhookOf({ people }: Scene): Promise<string> {
  const wanted = { url: "https://93.184.216.34/", types: ["account.opened"] };
  return (await people.admin.api("POST", "/webhooks", wanted)).body.id;
}

export async function paramsOf(
  scene: Scene,
  operation: Operation,
  whose: Whose,
  caller: SignedIn,
): Promise<Params> {
  if (whose === "-") return {};
  if (whose === "missing") return missing(operation);
  if (whose === "there") return longest(THERE, operation, "THERE")(scene);
  return longest(OWNED, operation, "OWNED")(scene, whose === "own" ? caller : scene.stranger);
}

function longest<T>(made: Readonly<Record<string, T>>, { path }: Operation, list: string): T {
  const [found] = Object.keys(made)
    .filter((beginning) => path.startsWith(beginning))
    .sort((a, b) => b.length - a.length);
  const make = made[found ?? ""];
  if (make === undefined)
    throw new Error(`test/http/access/targets.ts: ${list} does not say how ${path} is made`);
  return make;
}

/** Of the right form, and naming nothing. */
function missing(operation: Operation): Params {
  return Object.fromEntries(
    pathParameters(operation).map(({ name, schema }) => [
      name,
      schema.format === "uuid" ? newUuid() : schema.format === "date" ? "1999-01-01" : "nothing",
    ]),
  );
}
