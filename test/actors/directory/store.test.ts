import { expect } from "chai";
import { directory } from "../../../actors/directory/actor.ts";
import {
  type DirectoryEntity,
  type DirectoryState,
  type User,
  userKey,
} from "../../../actors/directory/state.ts";
import { directoryStore } from "../../../actors/directory/store.ts";
import type { Role } from "../../../schemas/envelope.ts";
import { Scene } from "../../support/given.ts";
import { command, nextId, person } from "../../support/said.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";

const admin = person("admin");

function lived(): Scene<DirectoryEntity, DirectoryState> {
  const scene = new Scene(directory);
  for (const role of ["admin", "admin", "manager", "accountant", "employee"] as const satisfies Role[]) {
    const email = `${role}.${nextId()}@Test.local`;
    const data = {
      email,
      name: `Ж "${role}" {a,b} \\`,
      role,
      locale: "ru",
      passwordHash: "$argon2id$",
    } as const;
    scene.tell(command("user.register", data, admin));
  }
  const users = [...scene.saved.rows.values()].filter((row): row is User => "role" in row);
  scene.tell(command("user.change", { userId: users[1]?.id as User["id"], active: false }, admin));
  const sender = { id: users[4]?.id as User["id"], role: "employee" } as const;
  scene.tell(command("user.change-settings", { notifications: { statement: false } }, sender));
  return scene;
}

describe("the directory's tables", function () {
  this.timeout(120_000);
  let world: World;
  const scene = lived();
  const rows = [...scene.saved.rows.values()];
  const users = rows.filter((row): row is User => "role" in row);

  before(async () => {
    world = await newWorld();
    await saveBy(directoryStore, world.pool, 0, rows, []);
  });
  after(() => world.end());

  it("AUTH-3: opening gives back every admin, the disabled one too, so that the last one is known", async () => {
    const opened = await directoryStore.open(world.pool, 0);
    expect(opened).to.have.deep.members(users.filter(({ role }) => role === "admin"));
  });

  it("G6: people come back as they were saved, by id and by address, and their address with them", async () => {
    for (const user of users) {
      const address = { key: `email/${user.email}`, userId: user.id };
      for (const key of [user.key, address.key]) {
        expect(await directoryStore.load(world.pool, 0, [key])).to.deep.equal([user, address]);
      }
    }
    expect(
      await directoryStore.load(world.pool, 0, [userKey(nextId()), "email/nobody@test.local"]),
    ).to.deep.equal([]);
  });

  it("AUTH-3: an address is kept in lower case, and Postgres refuses it for a second person", async () => {
    const [user] = users as [User];
    expect(user.email).to.equal(user.email.toLowerCase());
    const id = nextId() as User["id"];
    const twin = { ...user, id, key: userKey(id) };
    const code = await saveBy(directoryStore, world.pool, 0, [twin], []).catch(
      (error: { code: string }) => error.code,
    );
    expect(code).to.equal("23505");
  });

  it("G6: saving again replaces what may change, and nothing else", async () => {
    const user = users[2] as User;
    const changed: User = {
      ...user,
      name: "Kesha",
      role: "employee",
      active: false,
      locale: "en",
      changedAt: "2026-07-01T00:00:00.000Z",
    };
    await saveBy(
      directoryStore,
      world.pool,
      0,
      [{ ...changed, email: "other@test.local", createdAt: changed.changedAt }],
      [],
    );
    expect((await directoryStore.load(world.pool, 0, [user.key]))[0]).to.deep.equal(changed);
  });

  it("AUTH-1: passwords are in a table of their own; a new one replaces the old one", async () => {
    const { rows: kept } = await world.pool.query("select user_id from credentials");
    expect(kept.map((row) => row.user_id)).to.have.members(users.map(({ id }) => id));
    const userId = users[0]?.id as User["id"];
    await saveBy(
      directoryStore,
      world.pool,
      0,
      [{ key: `credential/${userId}`, userId, passwordHash: "new" }],
      [],
    );
    const { rows: now } = await world.pool.query("select password_hash from credentials where user_id = $1", [
      userId,
    ]);
    expect(now).to.deep.equal([{ password_hash: "new" }]);
  });
});
