/**
 * Bad news: a payout that did not arrive, or came back (PAY-1). Whoever it was for is told, whatever mails they want: it
 * is their money, and perhaps their IBAN. One mail per payout; as a receipt it waits for a person who is not known yet.
 */
import type { BadNewsPrepareV1, PayoutFailedV1 } from "../../schemas/generated/messages.ts";
import { derivedUuid, type PayoutId, timeOfUuid, type Uuid } from "../../schemas/ids.ts";
import { type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import { handOver } from "./delivery.ts";
import { lookAgainAtMs, newMail } from "./new-mail.ts";
import { renderBadNews } from "./render-bad-news.ts";
import type { Mail, MailerState } from "./state.ts";

export type BadNews = Omit<BadNewsPrepareV1, "looks">;

export function badNewsId(payoutId: PayoutId): Uuid {
  return derivedUuid(timeOfUuid(payoutId), "bad news", payoutId);
}

export function sendBadNews(state: MailerState, failed: PayoutFailedV1, context: Context): Decision {
  const { occurredAt: _, ...news } = failed;
  const known = state.mail(badNewsId(news.payoutId));
  return known === undefined ? prepare(state, mailOf(news, context), news, 0, context) : NOTHING;
}

/** The time to look again has come for news whose recipient was unknown. */
export function prepareBadNews(state: MailerState, data: BadNewsPrepareV1, context: Context): Decision {
  const { looks, ...news } = data;
  const mail = state.mail(badNewsId(news.payoutId));
  if (mail?.state !== "pending" || mail.recipient !== undefined) return NOTHING;
  return prepare(state, mail, news, looks, context);
}

function prepare(state: MailerState, mail: Mail, news: BadNews, looks: number, context: Context): Decision {
  const person = state.person(news.accountId);
  if (person !== undefined) {
    const words = renderBadNews(news, person, context.company);
    return handOver({ ...mail, recipient: person.email, subject: words.subject }, words, context);
  }
  const look: Later = {
    word: "prepare",
    dueAtMs: lookAgainAtMs(looks, context),
    type: "bad-news.prepare",
    subject: mail.key,
    data: { ...news, looks: looks + 1 },
  };
  return { accepted: true, facts: [], replicas: looks === 0 ? [mail] : [], later: [look] };
}

const mailOf = ({ payoutId, accountId: userId, businessDate }: BadNews, context: Context): Mail =>
  newMail({ id: badNewsId(payoutId), userId, template: "payout-failed", businessDate }, context);
