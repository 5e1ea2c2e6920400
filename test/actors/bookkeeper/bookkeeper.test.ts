import { expect } from "chai";
import { account } from "../../../actors/account/actor.ts";
import { bookkeeper } from "../../../actors/bookkeeper/actor.ts";
import type { BookkeeperState, Correction } from "../../../actors/bookkeeper/state.ts";
import type { UserId, Uuid } from "../../../schemas/ids.ts";
import { type Minor, minor } from "../../../schemas/money.ts";
import type { Sender } from "../../support/client.ts";
import { given, type Outcome, Scene } from "../../support/given.ts";
import { command, heard, nextId, person } from "../../support/said.ts";
import { bookIn, bookOf, completed, D2, end, entriesOf, popug } from "../account/book.ts";

type BookkeeperScene = Scene<Correction, BookkeeperState>;

const author = person("accountant");
const other = person("admin");
const REASON = "Counted twice on Monday";

const said = ({ answers: [answer] }: Outcome<Correction>): string =>
  answer?.accepted === true ? answer.body.state : (answer?.code ?? "none");

function propose(
  scene: BookkeeperScene,
  given: { accountId?: UserId; amountMinor?: Minor; kind?: "bonus" } = {},
  by = author,
) {
  const { accountId = popug(), amountMinor = minor(-15), kind = "correction" } = given;
  return scene.tell(command("correction.propose", { accountId, kind, amountMinor, reason: REASON }, by));
}
const proposed = (scene: BookkeeperScene, accountId?: UserId): Uuid =>
  propose(scene, accountId === undefined ? {} : { accountId }).answers[0]?.body.id;
const approve = (scene: BookkeeperScene, correctionId: Uuid, by: Sender) =>
  scene.tell(command("correction.approve", { correctionId }, by));
const reject = (scene: BookkeeperScene, correctionId: Uuid, by: Sender) =>
  scene.tell(command("correction.reject", { correctionId, reason: "It was right" }, by));

describe("the bookkeeper", () => {
  it("ACC-5: only accountants and admins propose, approve and reject", () => {
    for (const role of ["admin", "accountant", "manager", "employee"] as const) {
      const scene = new Scene(bookkeeper);
      const [first, second] = [proposed(scene), proposed(scene)];
      const by = person(role);
      const answers = [
        said(propose(scene, {}, by)),
        said(approve(scene, first, by)),
        said(reject(scene, second, by)),
      ];
      const may = role === "admin" || role === "accountant";
      const wanted = may
        ? ["proposed", "approved", "rejected"]
        : ["not_allowed", "not_allowed", "not_allowed"];
      expect(answers, role).to.deep.equal(wanted);
    }
  });

  it("ACC-5: what is proposed moves nothing; approved by another it is a fact for the account, once", () => {
    const scene = new Scene(bookkeeper);
    const id = popug();
    const proposing = propose(scene, { accountId: id });
    expect(proposing.facts.map(({ type }) => type)).to.deep.equal(["correction.proposed"]);
    const correctionId = proposing.answers[0]?.body.id;
    const approving = approve(scene, correctionId, other);
    expect(approving.facts.map(({ type, key, topic }) => [type, key, topic])).to.deep.equal([
      ["correction.approved", id, "users"],
    ]);
    expect(approving.facts[0]?.data).to.include({
      correctionId,
      accountId: id,
      amountMinor: -15,
      reason: REASON,
    });
    expect(approving.facts[0]?.data).to.include({ proposedBy: author.id, approvedBy: other.id });
    const again = approve(scene, correctionId, other);
    expect([said(again), again.facts]).to.deep.equal(["approved", []]);
  });

  it("ACC-5: four eyes: neither its author nor whose account it is approves", () => {
    const scene = new Scene(bookkeeper);
    const correctionId = proposed(scene, other.id);
    expect(said(approve(scene, correctionId, author))).to.equal("own_correction");
    expect(said(approve(scene, correctionId, other))).to.equal("own_account");
    expect(said(approve(scene, correctionId, person("accountant")))).to.equal("approved");
  });

  it("ACC-5: what is decided stays so: another who decides is refused, as is an approval after a rejection", () => {
    const scene = new Scene(bookkeeper);
    const [yes, no] = [proposed(scene), proposed(scene)];
    approve(scene, yes, other);
    expect(said(approve(scene, yes, person("admin")))).to.equal("correction_decided");
    expect(said(reject(scene, yes, other))).to.equal("correction_decided");
    expect(said(reject(scene, no, author)), "the author takes it back").to.equal("rejected");
    expect(said(approve(scene, no, other))).to.equal("correction_decided");
    scene.crash();
    expect(said(approve(scene, no, other))).to.equal("correction_decided");
    expect(said(approve(scene, nextId(), other))).to.equal("correction_not_found");
  });

  it("ACC-2 ACC-5: nothing of zero, nothing beyond all bounds, and no bonus that takes", () => {
    const scene = new Scene(bookkeeper);
    expect(said(propose(scene, { amountMinor: minor(0) }))).to.equal("amount_not_allowed");
    expect(said(propose(scene, { amountMinor: minor(-1), kind: "bonus" }))).to.equal("amount_not_allowed");
    expect(said(propose(scene, { amountMinor: minor(1), kind: "bonus" }))).to.equal("proposed");
    expect(said(propose(scene, { amountMinor: minor(-1_000_000_000_001) }))).to.equal("amount_not_allowed");
  });
});

describe("a correction in the books", () => {
  const approved = (accountId: UserId, amountMinor: number, kind: "correction" | "bonus" = "correction") =>
    heard("correction.approved", {
      correctionId: nextId(),
      accountId,
      kind,
      amountMinor: minor(amountMinor),
      reason: REASON,
      proposedBy: author.id,
      approvedBy: other.id,
      occurredAt: "2026-06-01T10:00:00.000Z",
    });

  it("ACC-5 DAY-6: is booked on the date that is open, with its reason, against a house account of its own", () => {
    const id = popug();
    const scene = bookOf();
    scene.tell(completed(id, 30));
    end(scene);
    const fact = approved(id, -12);
    const entries = entriesOf(scene.tell(fact));
    expect(
      entries.map(({ kind, amountMinor, businessDate }) => [kind, amountMinor, businessDate]),
    ).to.deep.equal([
      ["payout", -30, "2026-06-01"],
      ["correction", -12, D2],
    ]);
    expect(entries[1]).to.include({
      transferId: fact.data.correctionId,
      title: REASON,
      counterAccount: "house/corrections",
      balanceAfterMinor: -12,
    });
  });

  it("ACC-5 INV-5: is no part of what the date's fees and rewards come to; told twice it is booked once", () => {
    const id = popug();
    const scene = bookOf();
    const fact = approved(id, 9, "bonus");
    expect(entriesOf(scene.tell(fact))).to.have.length(1);
    expect(entriesOf(scene.tell(fact))).to.have.length(0);
    expect(bookIn(scene)?.posted ?? "nothing").to.satisfy(
      (posted: unknown) => posted === "nothing" || JSON.stringify(posted).match(/[1-9]/) === null,
    );
    given(account)
      .when(fact)
      .then(({ facts }) => expect(facts[0]?.type).to.equal("account.opened"));
  });
});
