/** What the matrix sends where a body or query drawn from the schema would be refused, or would change the scene. */
import { newUuid } from "../../../schemas/ids.ts";

export interface Asked {
  readonly body?: unknown;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** By operation; made anew for each request. */
export const ASKS: Readonly<Record<string, () => Asked>> = {
  "GET /api/v1/accounts/{userId}/statement": () => ({ query: "?month=2026-11" }),
  "POST /api/v1/auth/passkeys": () => ({
    body: { name: "A beak", credential: credentialWith({ attestationObject: "none" }) },
  }),
  "POST /api/v1/auth/passkeys/login": () => ({
    body: { credential: credentialWith({ authenticatorData: "none", signature: "none" }) },
  }),
  "POST /api/v1/auth/password-reset": () => ({ body: { email: "nobody@test.local" } }),
  "POST /api/v1/auth/links": () => ({ body: { link: "none", password: "a quite new one" } }),
  "POST /api/v1/me/password": () => ({
    body: { currentPassword: "a wrong one", newPassword: "a quite new one" },
  }),
  "POST /api/v1/me/tokens": () => ({ body: { name: "A script", scopes: ["read"], expiresInDays: 1 } }),
  "PATCH /api/v1/users/{id}": () => ({ body: { name: "Renamed" } }),
  "PATCH /api/v1/me/bank-account": () => ({ body: { iban: "DE89370400440532013000", holder: "Popug" } }),
  "PATCH /api/v1/me": () => ({ body: { locale: "ru" } }),
  "PATCH /api/v1/tasks/{id}": () => ({ body: { title: "Feed the parrots twice" } }),
  "POST /api/v1/users": () => ({ body: { email: `${newUuid()}@test.local`, name: "New", role: "employee" } }),
  "POST /api/v1/tasks": () => ({ body: { title: "Feed the parrots" } }),
  "POST /api/v1/tasks/import": () => ({
    body: "title\nFeed the parrots\n",
    headers: { "content-type": "text/csv" },
  }),
  "POST /api/v1/accounts/{userId}/corrections": () => ({ body: { amountMinor: 1, reason: "Well sung" } }),
  "POST /api/v1/corrections/{id}/reject": () => ({ body: { reason: "Not well enough" } }),
  "POST /api/v1/views": () => ({ body: { name: newUuid(), query: {} } }),
  "PATCH /api/v1/views/{id}": () => ({ body: { name: newUuid() } }),
  "POST /api/v1/webhooks": () => ({ body: { url: "https://93.184.216.34/", types: ["account.opened"] } }),
  "PATCH /api/v1/webhooks/{id}": () => ({ body: { description: "Ours" } }),
  "POST /api/v1/webhooks/{id}/deliveries/resend": () => ({
    body: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
  }),
  "GET /api/v1/schedules/due-times": () => ({ query: "?cron=0+9+1+*+*" }),
  "POST /api/v1/schedules": () => ({
    body: { name: "Palm", cron: "0 9 1 * *", catchUp: "one", work: { kind: "statement" } },
  }),
  "PATCH /api/v1/schedules/{id}": () => ({ body: { name: "Palms" } }),
  "POST /api/v1/ops/dead-letters/{id}/drop": () => ({ body: { reason: "Nobody needs it." } }),
};

/** Of a challenge that was never given. */
function credentialWith(response: Readonly<Record<string, string>>): object {
  const clientDataJSON = Buffer.from('{"challenge":"mine"}').toString("base64url");
  return { id: "id", rawId: "id", type: "public-key", response: { clientDataJSON, ...response } };
}
