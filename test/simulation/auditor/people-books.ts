/** People by the directory's facts, and everybody's replica of them at a quiet moment (AUTH-3, AUTH-4, ACC-3). */
import type { User } from "../../../actors/directory/state.ts";
import type { Fact } from "../../../actors/runtime/actor.ts";
import type { Entity } from "../../../actors/runtime/entities.ts";
import type { Commit, SimulatedDatabase } from "../store/database.ts";
import { demand, same } from "./demand.ts";

interface Person {
  readonly id: string;
  readonly email: string;
  name: string;
  role: string;
  active: boolean;
  locale: string;
  notifications: unknown;
}

export class PeopleBooks {
  readonly #people = new Map<string, Person>();

  hear({ writes }: Commit): void {
    for (const { fact } of writes.facts) this.#hearFact(fact);
  }

  check(database: SimulatedDatabase): void {
    for (const person of this.#people.values()) {
      const { id, email, name, role, active, locale, notifications } = person;
      const is = (kind: Parameters<SimulatedDatabase["table"]>[0], key: string, expected: object) => {
        const row = database.rowsOf(kind, key).find((entity) => entity.key === key);
        const stored = row === undefined ? undefined : only(row, Object.keys(expected));
        demand(same(stored, expected), "AUTH-4", () => `${kind} knows ${id} as ${JSON.stringify(stored)}`);
      };
      is("directory", `user/${id}`, { email, name, role, active, locale, notifications });
      is("task-board", `person/${id}`, { name, role, active });
      is("mailer", `person/${id}`, { email, name, locale, active, notifications });
      is("analytics", `person/${id}`, { name });
      is("account", `account/${id}`, { id });
    }
    const stored = database.rowsOf("directory", "user/") as User[];
    demand(
      stored.length === this.#people.size,
      "AUTH-3",
      () => `${stored.length} users are stored of ${this.#people.size}`,
    );
  }

  #hearFact(fact: Fact): void {
    if (fact.type === "user.registered") {
      const { userId: id, email, name, role, locale, notifications } = fact.data;
      const isNew = !this.#people.has(id) && [...this.#people.values()].every((each) => each.email !== email);
      demand(isNew, "AUTH-3", () => `${email} is registered twice`);
      this.#people.set(id, { id, email, name, role, active: true, locale, notifications });
      return;
    }
    if (!fact.type.startsWith("user.")) return;
    const person = this.#people.get((fact.data as { userId: string }).userId);
    demand(person !== undefined, "AUTH-3", () => `${fact.type} of somebody who was never registered`);
    if (fact.type === "user.role-changed") person.role = fact.data.role;
    else if (fact.type === "user.disabled") person.active = false;
    else if (fact.type === "user.enabled") person.active = true;
    else if (fact.type === "user.profile-changed") {
      const { name, locale, notifications } = fact.data;
      Object.assign(person, { name, locale, notifications });
    }
  }
}

function only(row: Entity, keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, (row as unknown as Record<string, unknown>)[key]]));
}
