import { expect } from "chai";
import { directory } from "../../../actors/directory/actor.ts";
import type { DirectoryEntity, DirectoryState, User } from "../../../actors/directory/state.ts";
import type { Role } from "../../../schemas/envelope.ts";
import type { DataOf } from "../../../schemas/generated/messages.ts";
import type { PayoutId, UserId } from "../../../schemas/ids.ts";
import { receiptId } from "../../../schemas/receipt-id.ts";
import type { UserResource } from "../../../schemas/resources.ts";
import type { Sender } from "../../support/client.ts";
import { given, type Outcome, Scene } from "../../support/given.ts";
import { command, nextId, person } from "../../support/said.ts";

type DirectoryScene = Scene<DirectoryEntity, DirectoryState>;
type Told = Outcome<DirectoryEntity>;

const admin = person("admin");
const ROLES: readonly Role[] = ["admin", "manager", "accountant", "employee"];

const said = ({ answers: [answer] }: Told): string =>
  answer?.accepted === true ? "accepted" : (answer?.code ?? "none");
const typesOf = ({ facts }: Told): string[] => facts.map(({ type }) => type);
const userIn = (scene: DirectoryScene, id: string): User => scene.saved.rows.get(`user/${id}`) as User;

function register(
  scene: DirectoryScene,
  role: Role,
  email = `${nextId()}@test.local`,
  by: Sender = admin,
): UserResource {
  return scene.tell(command("user.register", { email, name: "Polly", role }, by)).answers[0]?.body;
}

function change(scene: DirectoryScene, data: DataOf["user.change"], by: Sender = admin): Told {
  return scene.tell(command("user.change", data, by));
}

describe("the directory", () => {
  it("AUTH-3: only an admin registers and changes people", () => {
    for (const role of ROLES) {
      const scene = new Scene(directory);
      const user = register(scene, "employee");
      const by = person(role);
      const data = { email: "new@test.local", name: "New", role: "employee" } as const;
      const registering = scene.tell(command("user.register", data, by));
      const changing = change(scene, { userId: user.id, name: "Changed" }, by);
      const wanted = role === "admin" ? "accepted" : "not_allowed";
      expect([said(registering), said(changing)], role).to.deep.equal([wanted, wanted]);
      if (role !== "admin") expect([registering.changed, changing.changed]).to.deep.equal([[], []]);
    }
  });

  it("AUTH-4: a registration is a fact with everything that others need, keyed by the person", () => {
    given(directory)
      .when(
        command(
          "user.register",
          { email: "Polly@Test.Local", name: "Polly", role: "accountant", locale: "ru" },
          admin,
        ),
      )
      .then(({ facts, answers }) => {
        const user = answers[0]?.body;
        expect(user).to.deep.include({
          email: "polly@test.local",
          name: "Polly",
          role: "accountant",
          active: true,
          locale: "ru",
        });
        expect(facts).to.have.length(1);
        expect(facts[0]).to.include({ type: "user.registered", topic: "users", key: user.id });
        expect(facts[0]?.data).to.include({
          userId: user.id,
          email: "polly@test.local",
          role: "accountant",
          locale: "ru",
        });
      });
  });

  it("AUTH-1: a password goes into its own table and into no fact and no answer", () => {
    const passwordHash = "$argon2id$secret";
    given(directory)
      .when(
        command(
          "user.register",
          { email: "polly@test.local", name: "Polly", role: "employee", passwordHash },
          admin,
        ),
      )
      .then(({ facts, answers, sent, changed }) => {
        expect(JSON.stringify([facts, answers, sent])).to.not.include("secret");
        expect(changed.filter((entity) => "passwordHash" in entity)).to.have.length(1);
      });
  });

  it("AUTH-3: an address belongs to one person, however it is written", () => {
    const scene = new Scene(directory);
    register(scene, "employee", "Polly@Test.local");
    for (const email of ["polly@test.local", "POLLY@TEST.LOCAL", "Polly@Test.local"]) {
      const again = scene.tell(command("user.register", { email, name: "Other", role: "admin" }, admin));
      expect(said(again)).to.equal("email_taken");
      expect(again.changed).to.deep.equal([]);
    }
  });

  it("AUTH-3: two registrations of one address in one batch make one person", () => {
    const [first, second] = ["a@test.local", "A@test.local"].map((email) =>
      command("user.register", { email, name: "Polly", role: "employee" }, admin),
    );
    const outcome = new Scene(directory).tellTogether(first as never, second as never);
    expect(outcome.answers.map(({ accepted }) => accepted)).to.deep.equal([true, false]);
    expect(typesOf(outcome)).to.deep.equal(["user.registered"]);
  });

  it("EDGE-2: the same registration again answers the same person", () => {
    const scene = new Scene(directory);
    const message = command(
      "user.register",
      { email: "a@test.local", name: "Polly", role: "employee" },
      admin,
    );
    const first = scene.tell(message).answers[0];
    scene.crash();
    expect(scene.tell(message).answers[0]).to.deep.equal({ ...first, replayed: true });
  });

  it("AUTH-3 AUTH-4: a role change, a disabling and an enabling are facts of their own", () => {
    const scene = new Scene(directory);
    const { id } = register(scene, "employee");
    const facts = [
      change(scene, { userId: id, role: "manager" }),
      change(scene, { userId: id, active: false }),
      change(scene, { userId: id, active: true }),
      change(scene, { userId: id, name: "Kesha" }),
    ].map((outcome) => outcome.facts[0]);
    expect(facts.map((fact) => fact?.type)).to.deep.equal([
      "user.role-changed",
      "user.disabled",
      "user.enabled",
      "user.profile-changed",
    ]);
    expect(facts[0]?.data).to.include({ userId: id, role: "manager", previousRole: "employee" });
    expect(userIn(scene, id)).to.include({ role: "manager", active: true, name: "Kesha" });
  });

  it("AUTH-3: several changes at once are several facts, and the answer shows them all", () => {
    const scene = new Scene(directory);
    const { id } = register(scene, "employee");
    const outcome = change(scene, { userId: id, name: "Kesha", role: "accountant", active: false });
    expect(typesOf(outcome)).to.deep.equal(["user.profile-changed", "user.role-changed", "user.disabled"]);
    expect(outcome.answers[0]?.body).to.include({ name: "Kesha", role: "accountant", active: false });
  });

  it("AUTH-3: a change to what is so already states nothing and answers the person", () => {
    const scene = new Scene(directory);
    const user = register(scene, "employee");
    for (const data of [{}, { name: "Polly" }, { role: "employee" }, { active: true }] as const) {
      const outcome = change(scene, { userId: user.id, ...data });
      expect([outcome.facts, outcome.changed]).to.deep.equal([[], []]);
      expect(outcome.answers[0]?.body).to.deep.equal(user);
    }
  });

  it("AUTH-3: somebody unknown is not found", () => {
    const scene = new Scene(directory);
    expect(said(change(scene, { userId: nextId() as UserId, role: "admin" }))).to.equal("user_not_found");
    expect(said(scene.tell(command("user.change-settings", { locale: "ru" }, person())))).to.equal(
      "user_not_found",
    );
  });

  it("AUTH-3: the last active admin is neither disabled nor given another role", () => {
    const scene = new Scene(directory);
    const { id } = register(scene, "admin");
    const tries = [
      { active: false },
      { role: "employee" },
      { role: "manager", active: true },
      { role: "admin", active: false },
    ] as const;
    for (const data of tries) {
      const outcome = change(scene, { userId: id, ...data });
      expect(said(outcome)).to.equal("last_admin");
      expect(outcome.changed).to.deep.equal([]);
    }
    expect(said(change(scene, { userId: id, role: "admin", name: "Still me" }))).to.equal("accepted");
  });

  it("AUTH-3: with another active admin one may go; a disabled one does not count, also after a crash", () => {
    const scene = new Scene(directory);
    const [first, second, third] = ["admin", "admin", "admin"].map(() => register(scene, "admin").id) as [
      UserId,
      UserId,
      UserId,
    ];
    expect(said(change(scene, { userId: first, active: false }))).to.equal("accepted");
    scene.crash();
    expect(said(change(scene, { userId: second, role: "employee" }))).to.equal("accepted");
    expect(said(change(scene, { userId: third, active: false }))).to.equal("last_admin");
    expect(said(change(scene, { userId: first, active: true }))).to.equal("accepted");
    scene.crash();
    expect(said(change(scene, { userId: third, active: false }))).to.equal("accepted");
    expect(said(change(scene, { userId: first, role: "manager" }))).to.equal("last_admin");
  });

  it("AUTH-3: two admins who disable each other in one batch: one stays", () => {
    const scene = new Scene(directory);
    const [a, b] = [register(scene, "admin").id, register(scene, "admin").id];
    const outcome = scene.tellTogether(
      command("user.change", { userId: b, active: false }, { id: a, role: "admin" }),
      command("user.change", { userId: a, active: false }, { id: b, role: "admin" }),
    );
    expect(outcome.answers.map(({ accepted, code }) => (accepted ? "accepted" : code))).to.deep.equal([
      "accepted",
      "last_admin",
    ]);
  });

  it("AUTH-3: a disabled admin who gets another role leaves the admins untouched", () => {
    const scene = new Scene(directory);
    const [a, b] = [register(scene, "admin").id, register(scene, "admin").id];
    change(scene, { userId: a, active: false });
    expect(said(change(scene, { userId: a, role: "employee" }))).to.equal("accepted");
    expect(said(change(scene, { userId: b, active: false }))).to.equal("last_admin");
  });

  it("NOT-2: everybody sets their own language and mails, one switch at a time, and nobody else's", () => {
    const scene = new Scene(directory);
    const [me, other] = [register(scene, "employee"), register(scene, "employee")];
    const asMe = { id: me.id, role: "employee" } as const;
    const outcome = scene.tell(
      command("user.change-settings", { locale: "ru", notifications: { receipt: false } }, asMe),
    );
    expect(typesOf(outcome)).to.deep.equal(["user.profile-changed"]);
    expect(outcome.answers[0]?.body).to.deep.equal({
      ...me,
      locale: "ru",
      notifications: { assigned: true, receipt: false, statement: true },
    });
    expect(userIn(scene, other.id).locale).to.equal("en");
    const again = scene.tell(command("user.change-settings", { locale: "ru", notifications: {} }, asMe));
    expect([again.facts, again.answers[0]?.accepted]).to.deep.equal([[], true]);
  });

  it("AUTH-2: neither role nor address can be slipped into one's settings", () => {
    const scene = new Scene(directory);
    const me = register(scene, "employee");
    for (const sneaked of [
      { role: "admin" },
      { email: "x@test.local" },
      { active: true },
      { userId: nextId() },
    ]) {
      const message = command("user.change-settings", sneaked as never, { id: me.id, role: "employee" });
      expect(scene.tellAnything(message).deadLetters[0]?.code).to.equal("invalid_data");
    }
  });

  it("AUTH-4: facts of one person go into one channel, in their order", () => {
    const scene = new Scene(directory);
    const sent = [];
    const registering = scene.tell(
      command("user.register", { email: "p@test.local", name: "P", role: "employee" }, admin),
    );
    const { id } = registering.answers[0]?.body ?? {};
    sent.push(...registering.sent, ...change(scene, { userId: id, active: false }).sent);
    scene.crash();
    sent.push(...change(scene, { userId: id, active: true }).sent);
    expect(new Set(sent.map(({ to }) => `${to.topic}/${to.partition}`)).size).to.equal(1);
    expect(sent.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3]);
  });

  it("AUTH-2 PAY-5: accountants and admins have a person's receipt sent again, others not; of nobody there is none", () => {
    const scene = new Scene(directory);
    const { id } = register(scene, "employee");
    const payoutId = nextId() as PayoutId;
    const resend = (role: Role, accountId: UserId = id) =>
      scene.tell(command("receipt.resend", { payoutId, accountId }, person(role)));
    for (const role of ["accountant", "admin"] as const) {
      const told = resend(role);
      expect(told.answers[0]?.body).to.deep.equal({ payoutId, mailId: receiptId(payoutId) });
      expect(told.facts[0]).to.deep.include({ type: "receipt.resend-asked", topic: "users", key: id });
      expect(told.facts[0]?.data).to.include({ payoutId, accountId: id });
    }
    for (const role of ["manager", "employee"] as const)
      expect(said(resend(role)), role).to.equal("not_allowed");
    expect(said(resend("admin", nextId() as UserId))).to.equal("user_not_found");
  });
});
