/**
 * A payment provider over HTTP (PAY-2); its protocol is in README.md. The payout's id is the idempotency key.
 *
 * 1. What may have been sent before is asked for first, and sent only when the provider has never heard of it (PAY-1).
 * 2. `refused` is said only on the provider's own word about this very payment, or when nothing was ever sent.
 * 3. Everything else is unknown: a time-out, a cut line, 5xx, a refused key, an answer that is not about what was asked.
 * 4. After failures in a row nobody is asked for a while: the breaker answers `unknown` at once, and tries one by one.
 */
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleType,
} from "cockatiel";
import type { Envelope } from "../../schemas/envelope.ts";
import type { PaymentAnsweredV2 } from "../../schemas/generated/messages.ts";
import type { Gateway, GatewayAnswer } from "../runtime/gateway.ts";

export interface HttpGatewayOptions {
  /** The base URL; `/payments` is below it. */
  readonly url: string;
  readonly key: string;
  readonly currency: string;
  /** Of one exchange; a call makes two at most, within the runtime's deadline. */
  readonly timeoutMs: number;
  /** Hears when the provider is given up for a while, and when it is asked again. */
  readonly onBreaker?: (state: "open" | "closed", reason: string) => void;
  readonly nowMs?: () => number;
  readonly breakerOpenMs?: number;
}

/** With every third request failing, ten in a row come once in 60,000: only a provider that is down has them. */
export const FAILURES_IN_A_ROW_MAX = 10;
const OPEN_MS = 1_000;
const OPEN_MS_MAX = 60_000;
/** A first attempt that is this old may have been made before, by a host that died: idempotency keys do not live for ever. */
const FRESH_MS = 60_000;
const ANSWER_CHARS_MAX = 100_000;
/** Of what is no answer of the protocol, so much is shown. */
const QUOTED_CHARS = 120;

type Said = Pick<PaymentAnsweredV2, "outcome"> & { readonly detail?: string };

/** What the protocol's payment object must hold for us to believe it. */
interface Payment {
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: "pending" | "paid" | "rejected" | "returned";
  readonly reason: string | null;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The provider, or the way to it, does not work: what the breaker counts. */
class ProviderDown extends Error {}

/** The host ended the call: the partition is another's, or the deadline of all is over. That is not the provider's fault. */
class CutOff extends Error {}

export class HttpGateway implements Gateway {
  readonly #options: HttpGatewayOptions;
  readonly #breaker: CircuitBreakerPolicy;

  constructor(options: HttpGatewayOptions) {
    this.#options = options;
    const { breakerOpenMs = OPEN_MS, onBreaker } = options;
    this.#breaker = circuitBreaker(handleType(ProviderDown), {
      breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW_MAX),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: breakerOpenMs, maxDelay: OPEN_MS_MAX }),
    });
    this.#breaker.onBreak((why) => onBreaker?.("open", "error" in why ? messageOf(why.error) : ""));
    this.#breaker.onReset(() => onBreaker?.("closed", ""));
  }

  async call(request: Envelope, deadline: AbortSignal): Promise<GatewayAnswer> {
    if (request.type !== "payment.submit" && request.type !== "payment.enquire")
      throw new Error(`expected payment.submit or payment.enquire, got ${request.type}`);
    const { payoutId, attempt } = request.data;
    const said = await this.#say(request, deadline).catch(unknownBecause);
    const asked = { payoutId, provider: "http", ...(attempt === undefined ? {} : { attempt }) } as const;
    return { type: "payment.answered", data: { ...asked, ...said } };
  }

  async #say(request: Envelope<"payment.submit" | "payment.enquire">, deadline: AbortSignal): Promise<Said> {
    if (request.type === "payment.enquire") {
      const known = await this.#ask(request.data.payoutId, deadline);
      return known === undefined ? NOT_KNOWN_ANY_MORE : this.#meaningOf(known, request.data);
    }
    const { payoutId, payee } = request.data;
    // Nothing was sent before either: what the payout is submitted with is fixed by its first submission.
    if (payee === undefined) return NO_BANK_ACCOUNT;
    const known = this.#mayHaveBeenSent(request) ? await this.#ask(payoutId, deadline) : undefined;
    return this.#meaningOf(known ?? (await this.#pay(request, payee, deadline)), request.data);
  }

  #mayHaveBeenSent({ data, time }: Envelope<"payment.submit">): boolean {
    const { nowMs = Date.now } = this.#options;
    return data.attempt !== 1 || nowMs() - Date.parse(time) > FRESH_MS;
  }

  /** Undefined: the provider has never heard of it. A proxy's 404 is not the provider's. */
  async #ask(payoutId: string, deadline: AbortSignal): Promise<Answer | undefined> {
    const answer = await this.#exchange("GET", `payments/${payoutId}`, undefined, deadline);
    return answer.status === 404 && isNotFound(answer.body) ? undefined : answer;
  }

  #pay(
    { data }: Envelope<"payment.submit">,
    { holder: name, iban }: { readonly holder: string; readonly iban: string },
    deadline: AbortSignal,
  ): Promise<Answer> {
    const { payoutId: reference, amountMinor, businessDate } = data;
    const { currency } = this.#options;
    const remittance = `Payout ${businessDate}`;
    const order = { reference, amountMinor, currency, creditor: { name, iban }, remittance };
    return this.#exchange("POST", "payments", order, deadline);
  }

  #exchange(
    method: "GET" | "POST",
    path: string,
    order: { readonly reference: string } | undefined,
    deadline: AbortSignal,
  ): Promise<Answer> {
    return this.#breaker.execute(async () => {
      const { url, key, timeoutMs } = this.#options;
      try {
        const response = await fetch(new URL(path, url.endsWith("/") ? url : `${url}/`), {
          method,
          headers: {
            authorization: `Bearer ${key}`,
            ...(order === undefined
              ? {}
              : { "content-type": "application/json", "idempotency-key": order.reference }),
          },
          ...(order === undefined ? {} : { body: JSON.stringify(order) }),
          redirect: "error",
          signal: AbortSignal.any([deadline, AbortSignal.timeout(timeoutMs)]),
        });
        return await answerOf(response);
      } catch (error) {
        if (deadline.aborted) throw new CutOff("The call was ended before the provider answered.");
        throw new ProviderDown(reasonOf(error, timeoutMs));
      }
    });
  }

  /** Only what the provider says of this payment, and of this amount of it, counts. */
  #meaningOf(
    { status, body }: Answer,
    asked: { readonly payoutId: string; readonly amountMinor: number },
  ): Said {
    if ((status !== 200 && status !== 201) || !isPayment(body))
      return { outcome: "unknown", detail: `The provider answered ${status}: ${quoted(body)}` };
    const isIt = body.reference === asked.payoutId && body.amountMinor === asked.amountMinor;
    if (!isIt || body.currency !== this.#options.currency) {
      const got = `${body.amountMinor} ${body.currency} for ${body.reference}`;
      return { outcome: "unknown", detail: `The provider answered about another payment: ${quoted(got)}` };
    }
    switch (body.state) {
      case "paid":
        return { outcome: "paid" };
      case "pending":
        return { outcome: "pending", detail: body.reason ?? "The provider has it and has not paid yet." };
      case "rejected":
        return { outcome: "refused", detail: body.reason ?? "The provider rejected it." };
      case "returned":
        return { outcome: "refused", detail: body.reason ?? "It was paid, and the money came back." };
    }
  }
}

const NO_BANK_ACCOUNT: Said = {
  outcome: "refused",
  detail: "No bank account was known to pay to: an IBAN can be given in one's profile.",
};
const NOT_KNOWN_ANY_MORE: Said = {
  outcome: "unknown",
  detail: "The provider does not know the payout that it said it had paid.",
};

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  if (response.status >= 500 || response.status === 429)
    throw new ProviderDown(`The provider answered ${response.status}: ${quoted(text)}`);
  return { status: response.status, body: text.length > ANSWER_CHARS_MAX ? text : parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isPayment(body: unknown): body is Payment {
  if (typeof body !== "object" || body === null) return false;
  const { reference, amountMinor, currency, state, reason } = body as Partial<Record<keyof Payment, unknown>>;
  return (
    typeof reference === "string" &&
    Number.isSafeInteger(amountMinor) &&
    typeof currency === "string" &&
    ["pending", "paid", "rejected", "returned"].includes(state as string) &&
    (reason === null || typeof reason === "string")
  );
}

function isNotFound(body: unknown): boolean {
  return (body as { code?: unknown } | null)?.code === "payment_not_found";
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof ProviderDown) return error.message;
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError") return `The provider did not answer within ${timeoutMs} ms.`;
  const cause =
    error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
  return `The provider cannot be reached: ${quoted(cause)}`;
}

function unknownBecause(error: unknown): Said {
  if (error instanceof BrokenCircuitError)
    return {
      outcome: "unknown",
      detail: "The provider fails at present: it was not asked, and will be later.",
    };
  if (error instanceof ProviderDown || error instanceof CutOff)
    return { outcome: "unknown", detail: error.message };
  throw error;
}

function quoted(body: unknown): string {
  const text = typeof body === "string" ? body : (JSON.stringify(body) ?? "");
  return text === "" ? "nothing" : text.slice(0, QUOTED_CHARS);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
