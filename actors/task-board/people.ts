/** The board's replica of people (AUTH-4): who may be given tasks, and their names. */
import type { Envelope } from "../../schemas/envelope.ts";
import { type Decision, NOTHING } from "../runtime/actor.ts";
import { type BoardPerson, type BoardState, personKey } from "./state.ts";

export type PersonFact = Envelope<
  "user.registered" | "user.role-changed" | "user.disabled" | "user.enabled" | "user.profile-changed"
>;

export function keepPerson(state: BoardState, message: PersonFact): Decision {
  const person = nextPerson(state.person(message.data.userId), message);
  return person === undefined ? NOTHING : { accepted: true, facts: [], replicas: [person] };
}

/** Facts of one person come in order, the registration first: a stub is never made of anything else. */
function nextPerson(known: BoardPerson | undefined, message: PersonFact): BoardPerson | undefined {
  if (message.type === "user.registered") {
    const { userId, name, role } = message.data;
    return { key: personKey(userId), id: userId, name, role, active: true };
  }
  if (known === undefined) return undefined;
  switch (message.type) {
    case "user.role-changed":
      return { ...known, role: message.data.role };
    case "user.disabled":
      return { ...known, active: false };
    case "user.enabled":
      return { ...known, active: true };
    case "user.profile-changed":
      return { ...known, name: message.data.name };
  }
}
