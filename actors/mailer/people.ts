/** The mailer's replica of people (AUTH-4): where a person's mail goes, in which language, and what they want (NOT-2). */
import type { Envelope } from "../../schemas/envelope.ts";
import { type Decision, NOTHING } from "../runtime/actor.ts";
import { type MailerState, type MailPerson, personKey } from "./state.ts";

export type PersonFact = Envelope<
  "user.registered" | "user.disabled" | "user.enabled" | "user.profile-changed"
>;

export function keepPerson(state: MailerState, message: PersonFact): Decision {
  const person = nextPerson(state.person(message.data.userId), message);
  return person === undefined ? NOTHING : { accepted: true, facts: [], replicas: [person] };
}

/** Facts of one person come in order, the registration first: a stub is never made of anything else. */
function nextPerson(known: MailPerson | undefined, message: PersonFact): MailPerson | undefined {
  if (message.type === "user.registered") {
    const { userId, email, name, locale, notifications } = message.data;
    return { key: personKey(userId), id: userId, email, name, locale, active: true, notifications };
  }
  if (known === undefined) return undefined;
  switch (message.type) {
    case "user.disabled":
      return { ...known, active: false };
    case "user.enabled":
      return { ...known, active: true };
    case "user.profile-changed": {
      const { name, locale, notifications } = message.data;
      return { ...known, name, locale, notifications };
    }
  }
}
