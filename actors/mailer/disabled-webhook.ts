/** The mail about a webhook that has failed for days (NOT-1), to whoever made it: it is no news that they may decline. */
import { dateText } from "../../documents/format.ts";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { WebhookDisabledV1 } from "../../schemas/generated/messages.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { handOver } from "./delivery.ts";
import { newMail } from "./new-mail.ts";
import { oneLine } from "./one-line.ts";
import type { Mail, MailerState } from "./state.ts";
import { wordsOf } from "./templates.ts";

interface DisabledView {
  readonly locale: string;
  readonly company: string;
  readonly name: string;
  readonly host: string;
  readonly url: string;
  readonly since: string;
  readonly failure: string;
}

const wordsOfDisabled = wordsOf<DisabledView>("webhook-disabled");

export function tellDisabled(state: MailerState, data: WebhookDisabledV1, context: Context): Decision {
  const person = state.person(data.ownerId);
  if (person?.active !== true) return NOTHING;
  const date = data.occurredAt.slice(0, 10) as BusinessDate;
  const words = wordsOfDisabled(person.locale, {
    locale: person.locale,
    company: oneLine(context.company.name),
    name: oneLine(person.name),
    host: new URL(data.url).host,
    url: data.url,
    since: dateText(data.failingSince.slice(0, 10) as BusinessDate, person.locale),
    failure: oneLine(data.failure),
  });
  const id = context.id("mail");
  const begun = newMail({ id, userId: person.id, template: "webhook-disabled", businessDate: date }, context);
  const mail: Mail = { ...begun, recipient: person.email, subject: words.subject };
  return handOver(mail, words, context);
}
