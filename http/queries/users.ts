/** The directory's people: everything for admins, the names of active people for the rest. */
import type { Knex } from "knex";
import type { UserId } from "../../schemas/ids.ts";
import type { Person, UserResource } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { UserModel } from "./models.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";

const LIST = "users";

export async function findUser(database: Knex, id: UserId): Promise<UserResource | undefined> {
  const user = await UserModel.query(database).findById(id);
  return user === undefined ? undefined : userResource(user);
}

/** An active person, with nothing but the name. */
export async function findColleague(database: Knex, id: UserId): Promise<Person | undefined> {
  const user = await findUser(database, id);
  return user?.active === true ? { id: user.id, name: user.name } : undefined;
}

/** Everybody, disabled people included, by name. */
export async function listUsers(database: Knex, request: PageRequest): Promise<Page<UserResource>> {
  const rows = await byName(database, request);
  return cutPage(rows, pageSize(request), LIST, nameKey, userResource);
}

/** Active people, by name, with nothing of them but the name. */
export async function listColleagues(database: Knex, request: PageRequest): Promise<Page<Person>> {
  const rows = await byName(database, request).where("active", true);
  return cutPage(rows, pageSize(request), LIST, nameKey, ({ id, name }) => ({ id, name }));
}

function byName(database: Knex, request: PageRequest) {
  const query = UserModel.query(database)
    .orderBy(["name", "id"])
    .limit(pageSize(request) + 1);
  if (request.cursor === undefined) return query;
  const key = decodeCursor(LIST, request.cursor, ["text", "uuid"]);
  return query.whereRaw("(name, id) > (?, ?)", [...key]);
}

function nameKey(user: UserModel): readonly [string, string] {
  return [user.name, user.id];
}

function userResource(user: UserModel): UserResource {
  const { id, email, name, role, active, locale, notifications } = user;
  return { id, email, name, role, active, locale, notifications };
}
