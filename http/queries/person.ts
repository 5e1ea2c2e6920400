/** A person as resources name them. A name that is not known here yet is the id: the row must not get lost for it. */
import type { UserId } from "../../schemas/ids.ts";
import type { Person } from "../../schemas/resources.ts";

export function person(id: UserId, name: string | null | undefined): Person {
  return { id, name: name ?? id };
}
