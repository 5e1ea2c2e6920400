/** What each fact of the directory changes (G7). */
import type { UserRegisteredV1 } from "../../schemas/generated/messages.ts";
import type { Fact } from "../runtime/actor.ts";
import { type DirectoryEntity, type DirectoryState, emailKey, type User, userKey } from "./state.ts";

export function evolve(state: DirectoryState, fact: Fact): readonly DirectoryEntity[] {
  switch (fact.type) {
    case "user.registered":
      return [registered(fact.data), { key: emailKey(fact.data.email), userId: fact.data.userId }];
    case "user.profile-changed": {
      const { userId, name, locale, notifications, occurredAt } = fact.data;
      return changed(state, userId, { name, locale, notifications, changedAt: occurredAt });
    }
    case "user.role-changed":
      return changed(state, fact.data.userId, { role: fact.data.role, changedAt: fact.data.occurredAt });
    case "user.disabled":
      return changed(state, fact.data.userId, { active: false, changedAt: fact.data.occurredAt });
    case "user.enabled":
      return changed(state, fact.data.userId, { active: true, changedAt: fact.data.occurredAt });
    default:
      return [];
  }
}

function registered({ userId, occurredAt, ...rest }: UserRegisteredV1): User {
  return {
    key: userKey(userId),
    id: userId,
    ...rest,
    active: true,
    createdAt: occurredAt,
    changedAt: occurredAt,
  };
}

function changed(state: DirectoryState, userId: string, change: Partial<User>): User[] {
  const user = state.user(userId);
  return user === undefined ? [] : [{ ...user, ...change }];
}
