/**
 * The month's statement (PAY-4): one mail with the paper for everybody who had an entry in the month and wants it.
 *
 * It begins with `month.ended`, which comes when the month's last date is sealed: what the paper says can change no more.
 * The day's close alone would do for that, but when statements go out is the company's choice (JOB-1), and a schedule has
 * that, run twice or late included: a mail's id is made of person and month, so the second finds the first.
 */
import { datesOfMonth } from "../../schemas/business-date.ts";
import type {
  MonthEndedV1,
  StatementListedV1,
  StatementListV1,
  StatementPrepareV1,
} from "../../schemas/generated/messages.ts";
import { statementId } from "../../schemas/receipt-id.ts";
import { type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import { handOver, notWanted } from "./delivery.ts";
import { lookAgainAtMs, newMail } from "./new-mail.ts";
import { renderStatement } from "./render-statement.ts";
import { type Mail, type MailerState, mailKey } from "./state.ts";

export function beginStatements({ month }: MonthEndedV1, context: Context): Decision {
  return { accepted: true, facts: [], later: [list({ month, partition: context.partition }, context)] };
}

/** Each is a message of its own, so that a person who cannot be written to holds up nobody (G8). */
export function prepareListed({ month, userIds, next }: StatementListedV1, context: Context): Decision {
  const each = userIds.map((userId) =>
    prepareAt(context.nowMs, { userId, month, asOf: context.now, looks: 0 }),
  );
  const { partition } = context;
  const more = next === undefined ? [] : [list({ month, partition, after: next }, context)];
  return { accepted: true, facts: [], later: [...each, ...more] };
}

export function prepareStatement(state: MailerState, data: StatementPrepareV1, context: Context): Decision {
  const { userId, month, asOf, looks } = data;
  const known = state.mail(statementId(userId, month));
  if (known !== undefined && (known.state !== "pending" || known.recipient !== undefined)) return NOTHING;
  const mail = known ?? mailOf(data, context);
  const person = state.person(userId);
  if (person === undefined) {
    if (looks === 0 && known !== undefined) return NOTHING; // somebody looks already
    const dueAtMs = lookAgainAtMs(looks, context);
    const later = [prepareAt(dueAtMs, { ...data, looks: looks + 1 })];
    return { accepted: true, facts: [], replicas: known === undefined ? [mail] : [], later };
  }
  if (!person.notifications.statement) return known === undefined ? NOTHING : notWanted(mail, context);
  const { name, locale, email } = person;
  const words = renderStatement(month, person, context.company);
  const statement = { userId, name, locale, month, asOf };
  return handOver({ ...mail, recipient: email, subject: words.subject }, { ...words, statement }, context);
}

function list(data: StatementListV1, context: Context): Later {
  const subject = `month/${data.month}`;
  const word = `list ${data.after ?? ""}`;
  return { word, dueAtMs: context.nowMs, type: "statement.list", subject, data, gateway: "statements" };
}

function prepareAt(dueAtMs: number, data: StatementPrepareV1): Later {
  const { userId, month } = data;
  const subject = mailKey(statementId(userId, month));
  return { word: `statement ${userId}`, dueAtMs, type: "statement.prepare", subject, data };
}

const mailOf = ({ userId, month }: StatementPrepareV1, context: Context): Mail =>
  newMail(
    { id: statementId(userId, month), userId, template: "statement", businessDate: datesOfMonth(month).to },
    context,
  );
