/**
 * Mails with a link by which a person sets a password (AUTH-1). The mail is named as its link is, and its words have a
 * place where the gateway puts the link: the secret is in the mail that goes out and nowhere else.
 */
import { dateText } from "../../documents/format.ts";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { LinkAskedV1 } from "../../schemas/generated/messages.ts";
import { linkPlace } from "../../schemas/link-token.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { handOver } from "./delivery.ts";
import { oneLine } from "./one-line.ts";
import { type Mail, type MailerState, mailKey } from "./state.ts";
import { wordsOf } from "./templates.ts";

interface LinkView {
  readonly locale: string;
  readonly company: string;
  readonly name: string;
  readonly link: string;
  readonly until: string;
}

const WORDS = { invitation: wordsOf<LinkView>("invitation"), reset: wordsOf<LinkView>("reset") };

export function sendLink(state: MailerState, asked: LinkAskedV1, context: Context): Decision {
  const { linkId, userId, purpose, expiresAt } = asked;
  const person = state.person(userId);
  if (person?.active !== true || state.mail(linkId) !== undefined) return NOTHING;
  const { locale, name, email } = person;
  const words = WORDS[purpose](locale, {
    locale,
    company: oneLine(context.company.name),
    name: oneLine(name),
    link: linkPlace(linkId),
    until: `${dateText(expiresAt.slice(0, 10) as BusinessDate, locale)}, ${expiresAt.slice(11, 16)} UTC`,
  });
  const mail: Mail = {
    key: mailKey(linkId),
    id: linkId,
    userId,
    template: purpose,
    recipient: email,
    subject: words.subject,
    state: "pending",
    attempts: 0,
    failure: undefined,
    businessDate: asked.occurredAt.slice(0, 10) as BusinessDate,
    createdAt: context.now,
    updatedAt: context.now,
  };
  return handOver(mail, words, context);
}
