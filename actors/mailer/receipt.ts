/**
 * Receipts (PAY-3): one per settled payout, for whoever wants them (NOT-2). A disabled person gets it too: they were
 * paid what was owed.
 *
 * Payouts and people come through channels that know nothing of each other, so a payout may be settled before its
 * person arrives here. The receipt then waits, and looks again: never longer than it has already waited, or a minute.
 */
import type { ReceiptPrepareV1 } from "../../schemas/generated/messages.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { receiptId } from "../../schemas/receipt-id.ts";
import { type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import { handOver, handOverAgain, notWanted } from "./delivery.ts";
import { lookAgainAtMs, newMail } from "./new-mail.ts";
import { renderReceipt } from "./render-receipt.ts";
import type { Mail, MailerState } from "./state.ts";

export type Receipt = Omit<ReceiptPrepareV1, "looks">;

export function sendReceipt(state: MailerState, receipt: Receipt, context: Context): Decision {
  if (state.mail(receiptId(receipt.payoutId)) !== undefined) return NOTHING;
  return prepare(state, mailOf(receipt, context), receipt, 0, context);
}

/**
 * The same words to the same address, once per asking. One that is still on its way is not sent beside itself, and of one
 * that was sent before words were kept nobody knows them.
 */
export function resendMail(state: MailerState, mailId: Uuid, context: Context): Decision {
  const mail = state.mail(mailId);
  if (mail === undefined || mail.state === "pending") return NOTHING;
  const kept = state.words(mail.id);
  return kept === undefined ? NOTHING : handOverAgain(mail, kept.words, context);
}

/** The time to look again has come for a receipt whose recipient was unknown. */
export function prepareReceipt(state: MailerState, data: ReceiptPrepareV1, context: Context): Decision {
  const { looks, ...receipt } = data;
  const mail = state.mail(receiptId(receipt.payoutId));
  if (mail?.state !== "pending" || mail.recipient !== undefined) return NOTHING;
  return prepare(state, mail, receipt, looks, context);
}

/** Who wants no receipts gets no mail and no row; only one that waited has a row, which says why it ended. */
function prepare(
  state: MailerState,
  mail: Mail,
  receipt: Receipt,
  looks: number,
  context: Context,
): Decision {
  const person = state.person(receipt.accountId);
  if (person === undefined) return lookAgain(mail, receipt, looks, context);
  if (!person.notifications.receipt) return looks === 0 ? NOTHING : notWanted(mail, context);
  const words = renderReceipt(receipt, person, context.company);
  return handOver({ ...mail, recipient: person.email, subject: words.subject }, words, context);
}

function lookAgain(mail: Mail, receipt: Receipt, looks: number, context: Context): Decision {
  const look: Later = {
    word: "prepare",
    dueAtMs: lookAgainAtMs(looks, context),
    type: "receipt.prepare",
    subject: mail.key,
    data: { ...receipt, looks: looks + 1 },
  };
  return { accepted: true, facts: [], replicas: looks === 0 ? [mail] : [], later: [look] };
}

const mailOf = ({ payoutId, accountId: userId, businessDate }: Receipt, context: Context): Mail =>
  newMail({ id: receiptId(payoutId), userId, template: "receipt", businessDate }, context);
