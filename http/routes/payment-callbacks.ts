/**
 * POST /payment-callbacks: the payment provider rings (PAY-1, PAY-2), signed by Standard Webhooks. What it says is not
 * believed but asked for: the payment actor has the provider tell. So a call that is doubled, old or out of order asks
 * once more at worst, and a forged one does nothing. 204 = nothing is new, or the asking is committed and will happen.
 */
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { dataschema } from "../../schemas/envelope.ts";
import { derivedUuid, isUuid, type PayoutId, type Uuid } from "../../schemas/ids.ts";
import { promiseFromOutside } from "../command-store.ts";
import type { Database } from "../database.ts";
import { traceparentOf } from "../middleware/trace-context.ts";
import { findPayoutToAsk, type PayoutToAsk } from "../queries/payout-to-ask.ts";
import { badRequest, notFound, Refusal } from "../refusal.ts";
import type { Route, RouteReply, RouteRequest } from "../route.ts";

export interface CallbackDeps {
  readonly database: Database;
  /** `whsec_…`; undefined: nobody may call. */
  readonly secret: string | undefined;
}

const BYTES_MAX = 65_536;
const HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

export function paymentCallbackRoute({ database, secret }: CallbackDeps): Route {
  const webhook = secret === undefined ? undefined : new Webhook(secret);
  return {
    method: "POST",
    path: "/payment-callbacks",
    tag: "payouts",
    summary: "The payment provider tells that a payment has changed; signed by Standard Webhooks",
    access: "anyone",
    upload: {
      type: "application/json",
      bytesMax: BYTES_MAX,
      description: "`{type, timestamp, data: {reference, state}}`; the reference is the payout's id.",
    },
    responses: {
      204: { description: "Nothing is new, or the provider will be asked." },
      401: { description: "It is not signed by the provider, or too long ago." },
      404: { description: "There is no such payout, or nobody may call here." },
    },
    async handle(request) {
      if (webhook === undefined) throw notFound("No payment provider may call here.");
      const { reference, state } = read(verified(webhook, request));
      const payout = await findPayoutToAsk(database, reference);
      if (payout === undefined) throw notFound("There is no such payout.");
      return isNews(payout, state) ? ask(database, payout, request) : { status: 204 };
    },
  };
}

/** The signature covers id, time and body; what is older than five minutes is not taken. */
function verified(webhook: Webhook, { headers, body }: RouteRequest): unknown {
  const signed = Object.fromEntries(HEADERS.map((name) => [name, headers[name] ?? ""]));
  try {
    return webhook.verify(body as Buffer, signed);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError) && !(error instanceof SyntaxError)) throw error;
    throw new Refusal(
      401,
      "signature_invalid",
      `Expected a call signed by the payment provider: ${error.message}.`,
    );
  }
}

function read(said: unknown): { readonly reference: PayoutId; readonly state: string } {
  const { reference, state } = ((said as { data?: unknown } | null)?.data ?? {}) as Record<string, unknown>;
  if (typeof reference !== "string" || !isUuid(reference))
    throw badRequest([{ pointer: "/data/reference", detail: "expected a payout's id" }]);
  if (typeof state !== "string") throw badRequest([{ pointer: "/data/state", detail: "expected a text" }]);
  return { reference: reference as PayoutId, state };
}

/** Most calls tell what the provider has already answered. */
function isNews({ state }: PayoutToAsk, said: string): boolean {
  if (state === "failed" || state === "returned") return false;
  return !(state === "settled" && said === "paid");
}

/** One id per call: the provider repeats it until it hears 2xx, and it is asked for once. */
async function ask(
  database: Database,
  { id: payoutId, accountId }: PayoutToAsk,
  { headers, traceId }: RouteRequest,
): Promise<RouteReply> {
  const id = derivedUuid(0, "payment callback", headers["webhook-id"] ?? "", payoutId);
  const type = "payout.enquire";
  const envelope = {
    specversion: "1.0",
    id,
    source: "/ates/edge",
    type,
    subject: `payout/${payoutId}`,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    dataschema: dataschema(type, 1),
    partitionkey: `payout/${payoutId}`,
    causationid: id,
    correlationid: id,
    traceparent: traceparentOf(traceId),
    fingerprint: FINGERPRINT,
    data: { payoutId, accountId },
  };
  const promise = { id: id as Uuid, fingerprint: FINGERPRINT, topic: "directory", type, traceId };
  await promiseFromOutside(database, { ...promise, envelope: JSON.stringify(envelope) });
  return { status: 204 };
}

const FINGERPRINT = "payment callback";
