/** The scheduler's replica of people (AUTH-4): who gets a bonus is by role, and only while they are active. */
import type { Envelope } from "../../schemas/envelope.ts";
import { type Decision, NOTHING } from "../runtime/actor.ts";
import { personKey, type SchedulePerson, type SchedulerState } from "./state.ts";

type PersonFact = "user.registered" | "user.role-changed" | "user.disabled" | "user.enabled";

export function keepPerson(state: SchedulerState, message: Envelope<PersonFact>): Decision {
  const person = changed(state, message);
  return person === undefined ? NOTHING : { ...NOTHING, replicas: [person] };
}

function changed(state: SchedulerState, message: Envelope<PersonFact>): SchedulePerson | undefined {
  const { userId } = message.data;
  if (message.type === "user.registered") {
    return { key: personKey(userId), id: userId, role: message.data.role, active: true };
  }
  const person = state.person(userId);
  if (person === undefined) return undefined;
  return message.type === "user.role-changed"
    ? { ...person, role: message.data.role }
    : { ...person, active: message.type === "user.enabled" };
}
