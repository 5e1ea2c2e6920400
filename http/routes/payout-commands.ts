/**
 * POST /payouts/{id}/receipt/resend: a receipt once more, in the words in which it was made (PAY-5).
 * POST /payouts/{id}/retry: the provider is asked now what became of a payout; it never pays twice (PAY-1).
 */
import type { PayoutId } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import { findPayoutToAsk } from "../queries/payout-to-ask.ts";
import { findPaidReceipt, type PaidReceipt } from "../queries/receipts.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { Route } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { isRepeat } from "./repeat.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { object, UUID } from "./value-schemas.ts";

export interface PayoutCommandDeps extends CommandDeps {
  readonly database: Database;
}

const ASKED = object({ payoutId: UUID, mailId: UUID });

export function payoutCommandRoutes(deps: PayoutCommandDeps): Route[] {
  return [...resendRoutes(deps), retryRoute(deps)];
}

function resendRoutes(deps: PayoutCommandDeps): Route[] {
  const route = { method: "POST", path: "/payouts/{id}/receipt/resend" } as const;
  return [
    {
      ...route,
      tag: "payouts",
      scope: "money",
      summary: "Mail a receipt once more; 409 no_receipt, 409 receipt_on_its_way",
      access: ["accountant", "admin"],
      params: { id: UUID },
      idempotencyKey: "required",
      responses: commandAnswers({
        202: { description: "It is asked for; the payout shows how its mail stands.", schema: ASKED },
        409: { description: "It has no receipt, or it is on its way." },
      }),
      async handle(request) {
        const payoutId = request.params.id as PayoutId;
        const receipt = await findPaidReceipt(deps.database, payoutId);
        if (receipt === undefined) throw notFound("There is no such payout.");
        const { accountId } = receipt;
        // What was asked before has made it pending: a repeat gets its first answer.
        if (!receipt.canResend && !(await isRepeat(deps.database, request))) throw refusalOf(receipt);
        const data = { payoutId, accountId };
        const subject = `user/${accountId}`;
        return sendCommand(deps, route, request, {
          topic: "directory",
          type: "receipt.resend",
          subject,
          data,
        });
      },
    },
  ];
}

const RETRIED = object({ payoutId: UUID });

function retryRoute(deps: PayoutCommandDeps): Route {
  const route = { method: "POST", path: "/payouts/{id}/retry" } as const;
  return {
    ...route,
    tag: "payouts",
    summary:
      "Ask the provider now what became of a payout, and submit what it has not got; 409 payout_returned",
    access: ["accountant", "admin"],
    params: { id: UUID },
    idempotencyKey: "required",
    responses: commandAnswers({
      202: { description: "The provider is asked; the payout's steps show its answer.", schema: RETRIED },
      409: { description: "Its money is on the account again." },
    }),
    async handle(request) {
      const payout = await findPayoutToAsk(deps.database, request.params.id as PayoutId);
      if (payout === undefined) throw notFound("There is no such payout.");
      const { id: payoutId, accountId, state } = payout;
      const isOver = state === "failed" || state === "returned";
      if (isOver && !(await isRepeat(deps.database, request))) throw alreadyReturned();
      const subject = `payout/${payoutId}`;
      const data = { payoutId, accountId };
      return sendCommand(deps, route, request, { topic: "directory", type: "payout.enquire", subject, data });
    },
  };
}

function alreadyReturned(): Refusal {
  const detail = "The payout failed and its money is on the account again: the next close pays it.";
  return new Refusal(409, "payout_returned", detail);
}

function refusalOf({ state }: PaidReceipt): Refusal {
  if (state === "pending")
    return new Refusal(409, "receipt_on_its_way", "The receipt is on its way already.");
  const detail =
    state === null
      ? "The payout has no receipt: it is not settled yet, or the person wants none."
      : "The receipt was made before words were kept.";
  return new Refusal(409, "no_receipt", detail);
}
