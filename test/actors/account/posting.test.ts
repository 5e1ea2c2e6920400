import { expect } from "chai";
import fc from "fast-check";
import { account } from "../../../actors/account/actor.ts";
import type { Account } from "../../../actors/account/state.ts";
import { chainHash, type Entry } from "../../../actors/ledger/entry.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { given } from "../../support/given.ts";
import { command, heard, NOON_MS, nextId, person, registered } from "../../support/said.ts";
import {
  accountIn,
  assigned,
  balanceOf,
  bookIn,
  bookOf,
  completed,
  D1,
  D2,
  end,
  entriesOf,
  popug,
  sumOf,
} from "./book.ts";

/** The entries of the account follow one from the other, and end where the account stands. */
function expectChain(id: UserId, all: readonly Entry[], account: Account | undefined): void {
  let [hash, balance] = ["", 0];
  const entries = all.filter(({ accountId }) => accountId === id);
  for (const [i, { hash: claimed, ...entry }] of entries.entries()) {
    hash = chainHash(hash, entry);
    balance += entry.amountMinor;
    expect([entry.number, claimed, entry.balanceAfterMinor]).to.deep.equal([i + 1, hash, balance]);
  }
  const { headHash, balanceMinor } = account ?? { headHash: "", balanceMinor: 0 };
  expect([headHash, balanceMinor]).to.deep.equal([hash, balance]);
}

describe("an account", () => {
  it("ACC-3: is opened for everybody who is registered, whatever the role", () => {
    for (const role of ["admin", "manager", "accountant", "employee"] as const) {
      const who = person(role);
      given(account)
        .when(registered(who))
        .then(({ facts, changed }) => {
          expect(facts.map(({ type, key }) => [type, key])).to.deep.equal([["account.opened", who.id]]);
          expect(changed[0]).to.include({ id: who.id, balanceMinor: 0, entries: 0 });
        });
    }
  });

  it("ACC-3: a registration that comes twice, or after the first fee, leaves the account as it is", () => {
    const who = person();
    given(account, registered(who), assigned(who.id, 12))
      .when(registered(who))
      .then(({ facts, changed }) => expect([facts, changed]).to.deep.equal([[], []]));
    given(account, assigned(who.id, 12))
      .when(registered(who))
      .then(({ facts, changed }) => expect([facts, changed]).to.deep.equal([[], []]));
  });

  it("ACC-3: outlives role changes and being disabled: they are not its business", () => {
    const who = person();
    const occurredAt = new Date(NOON_MS).toISOString();
    const scene = bookOf();
    scene.tell(registered(who), completed(who.id, 30));
    scene.tell(heard("user.disabled", { userId: who.id, occurredAt }));
    scene.tell(
      heard("user.role-changed", { userId: who.id, role: "admin", previousRole: "employee", occurredAt }),
      completed(who.id, 5),
    );
    expect(balanceOf(scene, who.id)).to.equal(35);
  });

  it("ACC-4: an assignment charges its fee, a completion pays its reward, on the fact's date and time", () => {
    const id = popug();
    const scene = bookOf();
    const fee = assigned(id, 12);
    const reward = completed(id, 30);
    const entries = [fee, reward].flatMap((message) => entriesOf(scene.tell(message)));
    expect(
      entries.map(({ kind, amountMinor, balanceAfterMinor }) => [kind, amountMinor, balanceAfterMinor]),
    ).to.deep.equal([
      ["fee", -12, -12],
      ["reward", 30, 18],
    ]);
    const { taskId, title, businessDate, occurredAt } = fee.data;
    expect(entries[0]).to.include({ taskId, title, businessDate, occurredAt, accountId: id, number: 1 });
  });

  it("ACC-6: an entry carries the trace of the fact that caused it", () => {
    const [entry] = entriesOf(bookOf().tell(assigned(popug(), 12)));
    expect(entry?.traceId).to.equal("0af7651916cd43dd8448eb211c80319c");
  });

  it("ACC-4 G5: a fact that comes again is charged once", () => {
    const id = popug();
    const scene = bookOf();
    const [fee, reward] = [assigned(id, 12), completed(id, 30)];
    scene.tell(fee, fee, reward, fee, reward);
    scene.crash();
    scene.tell(reward, fee);
    scene.tellTogether(fee, reward, fee);
    expect(accountIn(scene, id)).to.include({ balanceMinor: 18, entries: 2 });
  });

  it("G5: a fact whose predecessor is missing waits for it", () => {
    const id = popug();
    const scene = bookOf();
    const numbered = (sequence: string, fee: number) => ({
      ...assigned(id, fee),
      source: "/ates/b/0",
      sequence,
    });
    const early = scene.tell(numbered("2", 10));
    expect([early.facts, early.gaps.size]).to.deep.equal([[], 1]);
    scene.tell(numbered("1", 11), numbered("2", 10), numbered("2", 10), numbered("1", 11));
    expect(accountIn(scene, id)).to.include({ balanceMinor: -21, entries: 2 });
  });

  it("ACC-4 G7: a fact that is decided again after a crash posts the same entry, to the last byte", () => {
    const id = popug();
    const scene = bookOf();
    const message = assigned(id, 12);
    const lost = scene.rehearse(message);
    expect(entriesOf(scene.tell(message))).to.deep.equal(entriesOf(lost));
  });

  it("TT-7 ACC-4: created, started, edited and cancelled tasks move no money", () => {
    const id = popug();
    const { assignment: _, ...data } = assigned(id, 12).data;
    const scene = bookOf();
    for (const type of ["task.created", "task.started", "task.edited", "task.cancelled"] as const) {
      const outcome = scene.tell(heard(type, data));
      expect([outcome.facts, outcome.changed], type).to.deep.equal([[], []]);
    }
  });

  it("ACC-4: commands of people do not reach an account", () => {
    const outcome = bookOf().tellAnything(command("task.complete", { taskId: nextId() as never }, person()));
    expect(outcome.facts).to.deep.equal([]);
    expect(outcome.deadLetters[0]?.code).to.equal("unknown_type");
  });

  it("ACC-2: fees and rewards that are no whole numbers, or no numbers, are dead letters", () => {
    for (const feeMinor of [12.5, "12", null, 2 ** 60]) {
      const { data, ...message } = assigned(popug(), 12);
      const outcome = bookOf().tellAnything({ ...message, data: { ...data, feeMinor } } as never);
      expect(outcome.deadLetters[0]?.code, String(feeMinor)).to.equal("invalid_data");
    }
  });

  it("DAY-6 DAY-1 G8: a fact of another date than the open one parks its account, and posts nothing", () => {
    const scene = bookOf();
    const id = popug();
    scene.tell(assigned(id, 12));
    end(scene);
    scene.settle();
    for (const date of [D1, "2026-06-05" as typeof D1]) {
      const outcome = scene.tellAnything(completed(id, 30, date));
      expect(outcome.deadLetters[0]?.code).to.equal(date < D2 ? "handler_failed" : "not_yet");
      expect(outcome.facts).to.deep.equal([]);
      // Beside the book, which may count what waits.
      expect(outcome.changed.filter(({ key }) => key !== "book")).to.deep.equal([]);
    }
    scene.tell(completed(id, 30, D2));
    expect(balanceOf(scene, id)).to.equal(18);
  });

  it("ACC-5 ACC-9: after every message all ledger accounts sum up to zero, and the chains hold", () => {
    const people: readonly UserId[] = [popug(), popug(), popug()];
    const step = fc.record({
      what: fc.constantFrom("fee", "reward", "again", "day", "settle", "crash"),
      who: fc.nat(2),
      amount: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const scene = bookOf(2);
        const entries: Entry[] = [];
        let last = assigned(people[0] as UserId, 1);
        entries.push(...entriesOf(scene.tell(last)));
        for (const { what, who, amount } of steps) {
          const id = people[who] as UserId;
          const date = bookIn(scene)?.businessDate ?? D1;
          if (what === "fee") last = assigned(id, amount, date);
          if (what === "crash") scene.crash();
          if (what === "fee" || what === "again") entries.push(...entriesOf(scene.tell(last)));
          if (what === "reward") entries.push(...entriesOf(scene.tell(completed(id, amount, date))));
          if (what === "day") entries.push(...entriesOf(end(scene)));
          if (what === "settle") entries.push(...entriesOf(...scene.settle()));
          expect(sumOf(scene)).to.equal(0);
        }
        for (const id of people) expectChain(id, entries, accountIn(scene, id));
      }),
      { numRuns: 150 },
    );
  });

  it("ACC-5: what a person has is what the house accounts do not", () => {
    const [a, b] = [popug(), popug()];
    const scene = bookOf();
    scene.tell(assigned(a, 12), assigned(b, 15), completed(a, 30));
    const houses = [...scene.saved.rows.values()].flatMap((row) =>
      "name" in row ? [[row.name, row.balanceMinor]] : [],
    );
    expect(houses).to.deep.equal([
      ["house/fees", 27],
      ["house/rewards", -30],
    ]);
    expect(D1).to.equal(bookIn(scene).businessDate);
  });
});
