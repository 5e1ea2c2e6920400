/** Webhooks and their deliveries as routes take and give them (NOT-1). */
import { WEBHOOK_TYPES } from "../../schemas/webhook-types.ts";
import { DELIVERY_STATES } from "../queries/webhooks.ts";
import type { JsonSchema } from "../route.ts";
import { COUNT, INSTANT, object, oneOf, orNull, TEXT, UUID } from "./value-schemas.ts";

export const WEBHOOK_URL: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 2_000,
  pattern: "^[^\\u0000-\\u0020]*$",
  description: "https, to a public address. Redirects are not followed.",
};
export const TYPES: JsonSchema = {
  type: "array",
  minItems: 1,
  maxItems: WEBHOOK_TYPES.length,
  uniqueItems: true,
  items: oneOf(WEBHOOK_TYPES, "A fact; each comes as a CloudEvent in its latest version."),
};
export const DESCRIPTION: JsonSchema = { type: "string", maxLength: 200, pattern: "^[^\\u0000]*$" };

const SECRET: JsonSchema = {
  type: "string",
  description: "`whsec_…`, as Standard Webhooks has it. Shown by this answer alone.",
};
const MEMBERS = {
  id: UUID,
  url: TEXT,
  types: { type: "array", items: TEXT },
  description: TEXT,
  state: oneOf(["active", "paused", "disabled", "deleted"], "`disabled` after days without a success."),
  secretVersion: COUNT,
  previousSecretUntil: { ...orNull(INSTANT), description: "Until then the secret before signs, too." },
  failingSince: orNull(INSTANT),
  failure: orNull(TEXT),
  createdAt: INSTANT,
  changedAt: INSTANT,
};

export const WEBHOOK = object(MEMBERS);
export const WEBHOOK_WITH_SECRET = object({ ...MEMBERS, secret: SECRET });

export const DELIVERY = object({
  id: { ...UUID, description: "Also the `webhook-id` header: the same at every attempt." },
  number: COUNT,
  factId: UUID,
  type: TEXT,
  state: oneOf(DELIVERY_STATES),
  attempts: COUNT,
  nextAttemptAt: orNull(INSTANT),
  status: { type: ["integer", "null"], description: "What the receiver answered last." },
  failure: orNull(TEXT),
  durationMs: { type: ["integer", "null"] },
  createdAt: INSTANT,
  updatedAt: INSTANT,
});
