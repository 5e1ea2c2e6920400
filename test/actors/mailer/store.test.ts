import { expect } from "chai";
import { mailer } from "../../../actors/mailer/actor.ts";
import type { Mail, MailerEntity } from "../../../actors/mailer/state.ts";
import { mailerStore } from "../../../actors/mailer/store.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";
import { OnePartition } from "../payment/one-partition.ts";
import { changed, registered, settled } from "./people.ts";

describe("the mailer's tables", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
  });
  after(() => world.end());

  const load = (...wanted: readonly MailerEntity[]) =>
    mailerStore.load(
      world.pool,
      0,
      wanted.map(({ key }) => key),
    );
  const save = (...entities: readonly MailerEntity[]) => saveBy(mailerStore, world.pool, 0, entities, []);

  it("PAY-5 AUTH-4: people and mails come back as they were saved, many at once, in every state", async () => {
    const partition = new OnePartition(mailer);
    const person = registered();
    const other = registered({ email: "ara@test.local", locale: "ru", name: "Ара" });
    partition.take(person, other, changed(other, { receipt: false }));
    partition.take(settled(person.data.userId), settled(person.data.userId, "2026-10-06"));
    partition.take(settled(newUuid() as UserId));
    const entities = [...partition.rows.values()];
    await save(...entities);
    expect(await load(...entities)).to.have.deep.members(entities);
    const [waiting] = entities.filter((each) => "recipient" in each && each.recipient === undefined);
    expect(waiting, "a mail without its person").to.not.equal(undefined);

    const ended = entities.map((each) => {
      if ("words" in each) return each;
      if (!("recipient" in each)) return { ...each, active: false };
      const recipient = "kea@test.local";
      return { ...each, state: "failed", failure: "550", attempts: 2, recipient } satisfies Mail;
    });
    await save(...ended);
    expect(await load(...entities)).to.have.deep.members(ended);
  });

  it("PAY-5: the words of a mail are kept as they were written first", async () => {
    const partition = new OnePartition(mailer);
    const person = registered({ name: 'Ara "{}" \\ ü 🦜' });
    partition.take(person, settled(person.data.userId));
    const [kept] = [...partition.rows.values()].filter((each) => "words" in each);
    if (kept === undefined || !("words" in kept)) throw new Error("no words were kept");
    await save(kept);
    await save({ ...kept, words: { subject: "x", text: "y", html: "z" } });
    expect(await load(kept)).to.deep.equal([kept]);
  });

  it("AUTH-4: what nobody has saved is not there", async () => {
    const unknown = [`mail/${newUuid()}`, `person/${newUuid()}`];
    expect(await mailerStore.load(world.pool, 0, unknown)).to.deep.equal([]);
    expect(await mailerStore.open(world.pool, 0)).to.deep.equal([]);
  });
});
