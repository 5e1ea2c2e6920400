import { expect } from "chai";
import fc from "fast-check";
import {
  COUNTER_ACCOUNTS,
  chainHash,
  type Entry,
  type EntryKind,
  entryOf,
  type Head,
  headAfter,
  type Transfer,
} from "../../../actors/ledger/entry.ts";
import type { TaskId, UserId } from "../../../schemas/ids.ts";
import { minor, ZERO } from "../../../schemas/money.ts";
import { FIRST_DATE, NOON_MS, nextId } from "../../support/said.ts";

const HEAD: Head = { id: nextId() as UserId, balanceMinor: ZERO, entries: 0, headHash: "" };

const transfer = (amount: number, kind: EntryKind = "reward"): Transfer => ({
  transferId: nextId(),
  kind,
  amountMinor: minor(amount),
  businessDate: FIRST_DATE,
  occurredAt: new Date(NOON_MS).toISOString(),
  traceId: "0af7651916cd43dd8448eb211c80319c",
  task: { id: nextId() as TaskId, title: "Feed the parrots", jiraId: "POP-1" },
});

function chain(amounts: readonly number[]): Entry[] {
  let head = HEAD;
  return amounts.map((amount) => {
    const entry = entryOf(head, transfer(amount));
    head = headAfter(entry);
    return entry;
  });
}

/** The number of the first entry that does not follow from the one before (ACC-9). */
function firstBroken(entries: readonly Entry[]): number | undefined {
  let previous = "";
  for (const { hash, ...entry } of entries) {
    if (chainHash(previous, entry) !== hash) return entry.number;
    previous = hash;
  }
  return undefined;
}

const AMOUNTS = [-12, 30, -15, 20, -33];

describe("an entry", () => {
  it("ACC-6: is numbered from 1, and knows the balance after it", () => {
    const entries = chain(AMOUNTS);
    expect(entries.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(entries.map(({ balanceAfterMinor }) => balanceAfterMinor)).to.deep.equal([-12, 18, 3, 23, -10]);
  });

  it("ACC-5: names the house account that gives what the person gets", () => {
    for (const kind of Object.keys(COUNTER_ACCOUNTS) as EntryKind[]) {
      expect(entryOf(HEAD, transfer(1, kind)).counterAccount).to.equal(COUNTER_ACCOUNTS[kind]);
    }
    expect(COUNTER_ACCOUNTS["payout-return"]).to.equal(COUNTER_ACCOUNTS.payout);
  });

  it("ACC-6: is a snapshot of the task's words; without a task or a Jira id it has no such properties", () => {
    expect(entryOf(HEAD, transfer(1))).to.include({ title: "Feed the parrots", jiraId: "POP-1" });
    const { task: _, ...bare } = transfer(1);
    expect(entryOf(HEAD, bare)).to.not.have.any.keys("taskId", "title", "jiraId", "payoutId");
    const untracked = { ...bare, task: { id: nextId() as TaskId, title: "Feed", jiraId: undefined } };
    expect(entryOf(HEAD, untracked)).to.not.have.any.keys("jiraId");
  });

  it("ACC-9: an unbroken chain verifies", () => {
    expect(firstBroken(chain(AMOUNTS))).to.equal(undefined);
  });

  it("ACC-9: a change of any property of any entry is found, and the first broken row is named", () => {
    const other: Record<keyof Entry, unknown> = {
      accountId: nextId(),
      number: 9,
      transferId: nextId(),
      kind: "bonus",
      amountMinor: 1,
      balanceAfterMinor: 1,
      counterAccount: "house/bonuses",
      taskId: nextId(),
      title: "Starve the parrots",
      jiraId: "POP-2",
      payoutId: nextId(),
      businessDate: "2026-06-02",
      lateOf: "2026-05-31",
      occurredAt: new Date(NOON_MS + 1).toISOString(),
      traceId: "1af7651916cd43dd8448eb211c80319c",
      hash: "0".repeat(64),
    };
    for (const [property, value] of Object.entries(other)) {
      for (let at = 0; at < AMOUNTS.length; at++) {
        const entries = chain(AMOUNTS).map((entry, i) =>
          i === at ? { ...entry, [property]: value } : entry,
        );
        expect(firstBroken(entries), property).to.equal(property === "number" ? 9 : at + 1);
      }
    }
  });

  it("ACC-9: an entry taken out, added, or exchanged with another is found", () => {
    const entries = chain(AMOUNTS);
    const [a, b, c, d, e] = entries as [Entry, Entry, Entry, Entry, Entry];
    expect(firstBroken([a, c, d, e])).to.equal(3);
    expect(firstBroken([b, c, d, e])).to.equal(2);
    expect(firstBroken([a, b, b, c, d, e])).to.equal(2);
    expect(firstBroken([a, c, b, d, e])).to.equal(3);
  });

  it("ACC-9: words that run into each other do not hide a change", () => {
    const { hash: _, ...entry } = entryOf(HEAD, transfer(1));
    const moved = { ...entry, title: 'Feed","POP', jiraId: "1" };
    const joined = { ...entry, title: "Feed", jiraId: 'POP","1' };
    expect(chainHash("", moved)).to.not.equal(chainHash("", joined));
  });

  it("ACC-9: the hash is that of the moment, however the time is written", () => {
    const { hash, ...entry } = entryOf(HEAD, transfer(1));
    expect(chainHash("", { ...entry, occurredAt: "2026-06-01T12:00:00+02:00" })).to.equal(hash);
  });

  it("ACC-2: an amount that a number does not hold exactly is never booked", () => {
    fc.assert(
      fc.property(fc.double({ noInteger: true, noNaN: true }), (amount) => {
        expect(() => minor(amount)).to.throw(RangeError);
      }),
    );
    const rich: Head = { ...HEAD, balanceMinor: minor(Number.MAX_SAFE_INTEGER) };
    expect(() => entryOf(rich, transfer(1))).to.throw(RangeError);
  });
});
