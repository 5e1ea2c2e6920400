/** What each of the mailer's facts changes (G7). A mail still on its way comes beside the call, in its new form. */
import type { Fact } from "../runtime/actor.ts";
import type { Mail, MailerState } from "./state.ts";

export function evolve(state: MailerState, fact: Fact): readonly Mail[] {
  switch (fact.type) {
    case "mail.sent": {
      const { mailId, occurredAt } = fact.data;
      return changed(state, mailId, { state: "sent", failure: undefined, updatedAt: occurredAt });
    }
    case "mail.failed": {
      const { mailId, failure, occurredAt } = fact.data;
      return changed(state, mailId, { state: "failed", failure, updatedAt: occurredAt });
    }
    default:
      return [];
  }
}

function changed(state: MailerState, id: string, change: Partial<Mail>): Mail[] {
  const mail = state.mail(id);
  return mail === undefined ? [] : [{ ...mail, ...change }];
}
