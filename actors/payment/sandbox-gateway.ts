/**
 * The sandbox provider (PAY-2): pays at once, and moves no money. Its answer is a function of the request alone, so
 * asking again by the same payout id gives the same answer, on any host and after any crash.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { PaymentAnsweredV2, PaymentSubmitV2 } from "../../schemas/generated/messages.ts";
import type { Gateway, GatewayAnswer } from "../runtime/gateway.ts";

export interface SandboxOptions {
  /** Refuses amounts whose digits, in minor units, end so: `"13"` refuses 13, 1013, 20413. Default: refuses none. */
  readonly refuseAmountsEndingIn?: string;
  /** What a test wants instead; undefined: the sandbox's own answer. */
  readonly fault?: (request: PaymentSubmitV2) => "refused" | "unknown" | undefined;
}

export class SandboxGateway implements Gateway {
  readonly #options: SandboxOptions;

  constructor(options: SandboxOptions = {}) {
    this.#options = options;
  }

  async call(request: Envelope, deadline: AbortSignal): Promise<GatewayAnswer> {
    if (request.type === "payment.enquire") {
      const { payoutId, attempt } = request.data; // what is paid here stays paid
      return { type: "payment.answered", data: { payoutId, attempt, provider: "sandbox", outcome: "paid" } };
    }
    if (request.type !== "payment.submit") throw new Error(`expected payment.submit, got ${request.type}`);
    return { type: "payment.answered", data: this.#answer(request.data, deadline) };
  }

  #answer(request: PaymentSubmitV2, deadline: AbortSignal): PaymentAnsweredV2 {
    const { payoutId, attempt, amountMinor } = request;
    const asked = { payoutId, provider: "sandbox", ...(attempt === undefined ? {} : { attempt }) } as const;
    const { refuseAmountsEndingIn, fault } = this.#options;
    if (deadline.aborted)
      return { ...asked, outcome: "unknown", detail: "The deadline passed before the call." };
    const wanted = fault?.(request);
    if (wanted !== undefined)
      return { ...asked, outcome: wanted, detail: `The sandbox was told to answer "${wanted}".` };
    if (refuseAmountsEndingIn !== undefined && String(amountMinor).endsWith(refuseAmountsEndingIn)) {
      const detail = `The sandbox refuses amounts that end in ${refuseAmountsEndingIn}.`;
      return { ...asked, outcome: "refused", detail };
    }
    return { ...asked, outcome: "paid" };
  }
}
