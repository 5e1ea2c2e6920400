/**
 * A mail on its way (PAY-5): handed to the mail server after the commit, again while the outcome is unknown, and given
 * up after a named number of attempts. A lost answer may mean a second copy: it carries the same Message-ID, by which
 * mail programs know it for the same mail. Money never waits for any of this.
 */
import type { MailAnsweredV2, MailDeliverV2 } from "../../schemas/generated/messages.ts";
import type { Uuid } from "../../schemas/ids.ts";
import {
  type Accepted,
  type Context,
  type Decision,
  type Fact,
  type Later,
  NOTHING,
} from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { type KeptWords, type Letter, type Mail, type MailerState, type Words, wordsKey } from "./state.ts";

/** With the back-off below: 40 hours at most and about 20 on average, so a mail server may be down for a night. */
export const ATTEMPTS_MAX = 24;
export const BACK_OFF_FIRST_MS = 2_000;
export const BACK_OFF_MAX_MS = 14_400_000;
const FAILURE_CHARS_MAX = 500;

/** The first attempt. The words are kept, but of news: whoever asks for the mail again gets the same one. */
export function handOver(mail: Mail, words: Letter, context: Context): Accepted {
  const kept: KeptWords = { key: wordsKey(mail.id), mailId: mail.id, words };
  const { replicas = [], ...decision } = attempt(
    mail,
    requestOf(mail, words, mail.id),
    undefined,
    context.nowMs,
    context,
  );
  return { ...decision, replicas: words.notAfter === undefined ? [...replicas, kept] : replicas };
}

/** As a new mail, with attempts of its own: under its first Message-ID servers that know it would drop it. */
export function handOverAgain(mail: Mail, words: Words, context: Context): Accepted {
  const again: Mail = { ...mail, state: "pending", attempts: 0 };
  return attempt(again, requestOf(mail, words, context.id("resend")), undefined, context.nowMs, context);
}

function requestOf({ id, recipient }: Mail, words: Letter, messageId: Uuid): MailDeliverV2 {
  return { ...words, mailId: id, to: recipient ?? "", messageId: `<${messageId}@ates.local>` };
}

export function hear(state: MailerState, answer: MailAnsweredV2, context: Context): Decision {
  const mail = state.mail(answer.mailId);
  if (mail === undefined) {
    throw new Error(`expected an answer about a mail that was handed over, got one about ${answer.mailId}`);
  }
  if (mail.state !== "pending") return NOTHING;
  if (answer.outcome === "sent") return { accepted: true, facts: [sent(mail, context)] };
  const reason = reasonOf(answer);
  if (answer.outcome !== "unknown" || mail.attempts >= ATTEMPTS_MAX) return failed(mail, reason, context);
  const request = { ...answer.mail, mailId: mail.id };
  const dueAtMs = context.nowMs + backOffMs(mail, context);
  const isNewsThen = request.notAfter === undefined || dueAtMs <= Date.parse(request.notAfter);
  return isNewsThen ? attempt(mail, request, reason, dueAtMs, context) : failed(mail, reason, context);
}

export function notWanted(mail: Mail, context: Context): Decision {
  return failed(mail, `The recipient asks for no ${mail.template}s.`, context);
}

function attempt(
  mail: Mail,
  data: MailDeliverV2,
  failure: string | undefined,
  dueAtMs: number,
  context: Context,
): Accepted {
  const next: Mail = { ...mail, attempts: mail.attempts + 1, failure, updatedAt: context.now };
  const call: Later = {
    word: "deliver",
    dueAtMs,
    type: "mail.deliver",
    subject: mail.key,
    data,
    gateway: "mail",
  };
  return { accepted: true, facts: [], replicas: [next], later: [call] };
}

function sent({ key, id, userId, template }: Mail, context: Context): Fact {
  return fact("mail.sent", key, userId, { mailId: id, userId, template, occurredAt: context.now });
}

function failed({ key, id, userId, template }: Mail, failure: string, context: Context): Decision {
  const data = { mailId: id, userId, template, failure, occurredAt: context.now };
  return { accepted: true, facts: [fact("mail.failed", key, userId, data)] };
}

/** Full jitter: the mails of a whole close that failed together do not come back together. */
function backOffMs({ id, attempts }: Mail, context: Context): number {
  const ceilingMs = Math.min(BACK_OFF_FIRST_MS * 2 ** (attempts - 1), BACK_OFF_MAX_MS);
  return 1 + context.pick(ceilingMs, "mail back-off", id, String(attempts));
}

/** The mail server's words as text that a row can hold: Postgres refuses a zero byte, and the answer would be lost. */
function reasonOf({ outcome, detail }: MailAnsweredV2): string {
  const words = (detail ?? "").replace(/\p{Cc}+/gu, " ").trim();
  return words === ""
    ? `The mail server's answer is ${outcome}.`
    : words.slice(0, FAILURE_CHARS_MAX).toWellFormed();
}
