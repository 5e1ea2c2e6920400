/**
 * The receivers of webhooks (NOT-1), each called by HTTP with a fact signed as Standard Webhooks has it; and what the
 * configuration says of how long deliveries are kept.
 *
 * 1. Nobody private is called: a name is looked up for every call, every address it has must be allowed, and the
 *    connection goes to the addresses that were looked at, whatever the name means a moment later.
 * 2. Redirects are not followed: what they name has not been looked at, and nobody subscribed it.
 * 3. Nobody keeps us waiting or feeds us: a time for the whole call, and of a refusal's words the first few.
 *
 * Delivered: the receiver said 2xx. Everything else has failed, and may be tried again under the same webhook-id.
 */
import { lookup } from "node:dns/promises";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { Webhook } from "standardwebhooks";
import type { Envelope } from "../../schemas/envelope.ts";
import type { WebhookAnsweredV1, WebhookDeliverV1 } from "../../schemas/generated/messages.ts";
import { type AddressRange, addressProblem, hostOf, plainTextProblem } from "../../schemas/public-address.ts";
import { webhookSecret } from "../../schemas/webhook-secret.ts";
import type { Gateway, GatewayAnswer } from "../runtime/gateway.ts";

export interface WebhookGatewayOptions {
  /** The installation's, of which secrets are derived. */
  readonly secret: string;
  /** Private ranges that may be called all the same; none unless told. */
  readonly privateRanges?: readonly AddressRange[];
  /** All addresses of a name; the machine's resolver unless told. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly timeoutMs?: number;
  /** How long ended deliveries are kept. */
  readonly keptDays: number;
  readonly nowMs?: () => number;
}

type Told = Pick<WebhookAnsweredV1, "outcome" | "status" | "detail">;

/** Below the runtime's deadline of a call, so that the reason is the receiver's and not ours. */
const TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;
/** Enough for a problem document's first lines. */
const ANSWER_CHARS_MAX = 400;

export class WebhookGateway implements Gateway {
  readonly #options: WebhookGatewayOptions;

  constructor(options: WebhookGatewayOptions) {
    this.#options = options;
  }

  async call(request: Envelope, deadline: AbortSignal): Promise<GatewayAnswer> {
    if (request.type === "webhook.sweep") return this.#forgetOld();
    if (request.type !== "webhook.deliver")
      throw new Error(`expected webhook.deliver or webhook.sweep, got ${request.type}`);
    const { webhookId, deliveryId } = request.data;
    const startedMs = performance.now();
    const told = await this.#deliver(request.data, deadline);
    const durationMs = Math.round(performance.now() - startedMs);
    return { type: "webhook.answered", data: { webhookId, deliveryId, ...told, durationMs } };
  }

  #forgetOld(): GatewayAnswer {
    const { keptDays, nowMs = Date.now } = this.#options;
    const before = new Date(nowMs() - keptDays * DAY_MS).toISOString();
    return { type: "webhook.forget", data: { before } };
  }

  async #deliver(data: WebhookDeliverV1, deadline: AbortSignal): Promise<Told> {
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const url = new URL(data.url);
      const addresses = await orAborted(this.#addressesOf(url), late);
      const problem = this.#problemOf(url, addresses);
      if (problem !== undefined) return { outcome: "failed", detail: problem };
      return await post(url, addresses, this.#headersOf(data), data.body, AbortSignal.any([late, deadline]));
    } catch (error) {
      const detail = late.aborted ? `No answer within ${timeoutMs} ms.` : messageOf(error);
      return { outcome: "failed", detail };
    }
  }

  async #addressesOf(url: URL): Promise<readonly string[]> {
    const host = hostOf(url);
    if (isIP(host) !== 0) return [host];
    const { resolve = addressesByName } = this.#options;
    return resolve(host);
  }

  #problemOf(url: URL, addresses: readonly string[]): string | undefined {
    const { privateRanges = [] } = this.#options;
    if (addresses.length === 0) return `${url.hostname} has no address`;
    const problems = addresses.flatMap((each) => addressProblem(each, privateRanges) ?? []);
    return problems[0] ?? plainTextProblem(url, addresses, privateRanges);
  }

  #headersOf({ webhookId, deliveryId, secretVersions, body }: WebhookDeliverV1): Record<string, string> {
    const now = new Date();
    const signatures = secretVersions.map((version) =>
      new Webhook(webhookSecret(this.#options.secret, webhookId, version)).sign(deliveryId, now, body),
    );
    return {
      "Content-Type": "application/cloudevents+json; charset=utf-8",
      "Content-Length": String(Buffer.byteLength(body)),
      "User-Agent": "aTES-webhooks/1",
      "webhook-id": deliveryId,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
      "webhook-signature": signatures.join(" "),
    };
  }
}

/** A connection of its own: one that was kept could lead where the name led before. */
function post(
  url: URL,
  addresses: readonly string[],
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Told> {
  const options: RequestOptions = {
    method: "POST",
    headers,
    signal,
    agent: false,
    lookup: lookedUp(addresses),
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(url, options, (response) => void answered(response).then(resolve, reject));
    request.on("error", reject);
    request.end(body);
  });
}

/** What a name means is what was looked at, and nothing is asked again. */
function lookedUp(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all: wantsAll }, done) => {
    const [first] = all;
    if (wantsAll === true) done(null, all);
    else done(null, first?.address ?? "", first?.family ?? 0);
  };
}

async function answered(response: IncomingMessage): Promise<Told> {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) {
    response.destroy(); // nobody reads what it says beside it
    return { outcome: "delivered", status };
  }
  const { location } = response.headers;
  if (status >= 300 && status < 400) {
    response.destroy();
    const where = location === undefined ? "" : ` to ${location}`;
    return { outcome: "failed", status, detail: `${status}: a redirect${where} is not followed` };
  }
  return { outcome: "failed", status, detail: `${status}: ${await beginningOf(response)}` };
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    text += chunk;
    if (text.length >= ANSWER_CHARS_MAX) break; // which destroys the response
  }
  return text.slice(0, ANSWER_CHARS_MAX);
}

async function addressesByName(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** A resolver takes its own time and knows no signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
  return Promise.race([work, aborted.promise]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
