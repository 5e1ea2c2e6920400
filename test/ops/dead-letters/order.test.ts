import { expect } from "chai";
import { parseArguments, UsageError } from "../../../ops/cli/command.ts";
import { deadLetters } from "../../../ops/cli/dead-letters.ts";
import { type Order, orderOf } from "../../../ops/dead-letters/order.ts";
import { newUuid } from "../../../schemas/ids.ts";

const id = newUuid();
const order = (...args: string[]): Order => orderOf(parseArguments(deadLetters, args));
const refusal = (...args: string[]): string => {
  try {
    order(...args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "";
};

describe("orders of ates dead-letters", () => {
  it("OPS-3: without a word it is the list, of all or of what matches", () => {
    expect(order()).to.deep.equal({ verb: "list", filter: {}, isJson: false });
    expect(order("list", "--kind", "account", "--state", "held", "--json")).to.deep.equal({
      verb: "list",
      filter: { kind: "account", state: "held" },
      isJson: true,
    });
  });

  it("OPS-3: a replay is of one letter, of what matches, or of all", () => {
    expect(order("replay", id)).to.deep.equal({
      verb: "replay",
      target: id,
      reason: undefined,
      isDryRun: false,
      isConfirmed: false,
      perSecond: 50,
      waitMs: 60_000,
      isJson: false,
    });
    expect(order("replay", "--all", "--yes")).to.deep.include({ target: {}, isConfirmed: true });
    expect(order("replay", "--code", "x", "--type", "y", "--actor", "z")).to.deep.include({
      target: { code: "x", type: "y", actor: "z" },
    });
    expect(order("drop", id, "--reason", " paid by hand ", "--rate", "5", "--wait", "0")).to.deep.include({
      reason: "paid by hand",
      perSecond: 5,
      waitMs: 0,
    });
  });

  it("OPS-3: --since is so long ago, or a moment", () => {
    const hoursAgo = (text: string) => {
      const { filter } = order("list", "--since", text) as Extract<Order, { verb: "list" }>;
      return Math.round((Date.now() - Date.parse(filter.since ?? "")) / 360_000) / 10;
    };
    expect(["90m", "2h", "3d", "7200s"].map(hoursAgo)).to.deep.equal([1.5, 2, 72, 2]);
    const { filter } = order("list", "--since", "2026-10-05T12:00:00+02:00") as Extract<
      Order,
      { verb: "list" }
    >;
    expect(filter.since).to.equal("2026-10-05T10:00:00Z");
    expect(refusal("list", "--since", "yesterday")).to.equal(
      "--since: expected 30m, 2h, 3d, or a time such as 2026-10-05T12:00:00Z, got yesterday",
    );
  });

  it("OPS-3: nothing is done to everything by leaving something out", () => {
    const nothing = "expected an id, --all or filters such as --kind account, got nothing";
    expect(refusal("replay")).to.equal(`replay: ${nothing}`);
    expect(refusal("drop", "--reason", "x")).to.equal(`drop: ${nothing.replace(", --all", "")}`);
    expect(refusal("drop", "--all", "--reason", "x")).to.equal("drop does not take --all");
    expect(refusal("replay", id, "--kind", "account")).to.equal(
      "replay: expected an id or filters, got both",
    );
    expect(refusal("replay", "--all", "--kind", "account")).to.equal(
      "replay: expected --all or filters, got both",
    );
  });

  it("EVT-4: nothing is dropped without a reason", () => {
    const expected = 'drop: expected --reason "why", of 500 characters at most, got';
    expect(refusal("drop", id)).to.equal(`${expected} nothing`);
    expect(refusal("drop", id, "--reason", "  ")).to.equal(`${expected} nothing`);
    expect(refusal("drop", id, "--reason", "x".repeat(501))).to.equal(`${expected} 501 characters`);
  });

  it("OPS-3: what is wrong is said in a sentence", () => {
    const said: [args: string[], message: string | RegExp][] = [
      [["burn", id], "expected list, show, replay or drop, got burn"],
      [["show"], "show: expected the id of a dead letter, got nothing"],
      [["show", "first"], "show: expected the id of a dead letter, got first"],
      [["show", id, id], "show: expected one id at most, got 2"],
      [["list", id], `list takes no id: show ${id}?`],
      [["list", "--reason", "x"], "list does not take --reason"],
      [["replay", id, "--reason", "x"], "replay does not take --reason"],
      [["list", "--state", "lost"], "--state: expected one of parked, held, dead, got lost"],
      [["list", "--kind", "bank"], /^--kind: expected one of .*account.*, got bank$/],
      [["list", "--actor", ""], "--actor: expected a text, got nothing"],
      [["replay", "--all", "--rate", "0"], "--rate: expected a whole number from 1 to 1000, got 0"],
      [["replay", "--all", "--wait", "1.5"], "--wait: expected a whole number from 0 to 86400, got 1.5"],
      [["replay", "--al"], /^expected only --state, .*--all.*, got --al \(see `ates dead-letters --help`\)$/],
    ];
    for (const [args, message] of said) {
      if (typeof message === "string") expect(refusal(...args)).to.equal(message);
      else expect(refusal(...args)).to.match(message);
    }
  });
});
