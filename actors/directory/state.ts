/** The directory's working set: people, the index of their addresses, and how many active admins there are. */
import type { Role } from "../../schemas/envelope.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Notifications } from "../../schemas/resources.ts";
import { Entities } from "../runtime/entities.ts";

export interface User {
  readonly key: `user/${string}`;
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly locale: "en" | "ru";
  readonly notifications: Notifications;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** Which person has an address: one address, one person. */
export interface Address {
  readonly key: `email/${string}`;
  readonly userId: UserId;
}

/** A password on its way to its table; the directory never reads one back. */
export interface Credential {
  readonly key: `credential/${string}`;
  readonly userId: UserId;
  readonly passwordHash: string;
}

export type DirectoryEntity = User | Address | Credential;

export const userKey = (id: string): `user/${string}` => `user/${id}`;
export const emailKey = (email: string): `email/${string}` => `email/${email.toLowerCase()}`;

export const ALL_MAILS: Notifications = { assigned: true, receipt: true, statement: true };

export class DirectoryState extends Entities<DirectoryEntity> {
  readonly #activeAdmins = new Set<UserId>();

  user(id: string): User | undefined {
    return this.get(userKey(id)) as User | undefined;
  }

  isTaken(email: string): boolean {
    return this.get(emailKey(email)) !== undefined;
  }

  isLastAdmin(id: UserId): boolean {
    return this.#activeAdmins.has(id) && this.#activeAdmins.size === 1;
  }

  /** Admins stay hot, so that the last one is known. */
  protected override pinned(entity: DirectoryEntity): boolean {
    return "role" in entity && entity.role === "admin";
  }

  protected override indexed(_previous: DirectoryEntity | undefined, next: DirectoryEntity): void {
    if (!("role" in next)) return;
    if (next.role === "admin" && next.active) this.#activeAdmins.add(next.id);
    else this.#activeAdmins.delete(next.id);
  }
}
