/**
 * The auditor finds what it looks for: lawful runs are told again with one thing in them that is wrong, and each kind of
 * wrong is found under its rule.
 */
import { expect } from "chai";
import type { WebhookDeliverV1 } from "../../schemas/generated/messages.ts";
import { type Draft, draftOf, find, type Lived, lived, retell, type Told } from "./auditor/retelling.ts";
import { WRONGS, type Wrong } from "./auditor/wrongs.ts";
import { Violation } from "./violation.ts";

const PAYEE = { iban: "DE89370400440532013000", holder: "Somebody else" };

const STEPS = 8_000;
/** Runs are looked through until one has what is to be made wrong. */
const SEEDS_MAX = 60;

/** What is wrong in one commit alone would be overwritten: these are wrong in all of them. */
const EVERYWHERE = new Set(["AUTH-4", "invariant 7"]);

/** The run with the wrong in it; undefined when there is no place for it. */
function wronged({ company, told }: Lived, rule: string, wrong: Wrong): Lived | undefined {
  let isDone = false;
  const last = new Map<string, Draft>();
  const all = told.map((each): Told => {
    if (each.what !== "commit" || (isDone && !EVERYWHERE.has(rule))) return each;
    const draft = draftOf(each);
    const at = `${each.kind}/${each.partition}`;
    isDone = wrong(draft, last.get(at)) || isDone;
    last.set(at, draft);
    return draft as unknown as Told;
  });
  return isDone ? { company, told: all } : undefined;
}

function violationOf(run: Lived): Violation | undefined {
  try {
    retell(run);
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
  return undefined;
}

describe("the auditor of the simulation", function () {
  this.timeout(120_000);
  const runs: Lived[] = [];
  const run = async (at: number): Promise<Lived> => {
    for (let seed = runs.length + 1; seed <= at; seed++) runs.push(await lived(seed, STEPS));
    return runs[at - 1] as Lived;
  };
  /** The first run that can be made so, and is. */
  const first = async (change: (run: Lived) => Lived | undefined): Promise<Lived> => {
    for (let at = 1; at <= SEEDS_MAX; at++) {
      const made = change(await run(at));
      if (made !== undefined) return made;
    }
    throw new Error(`none of ${SEEDS_MAX} runs has a place for it`);
  };

  it("finds nothing in lawful runs, and everything in them comes to its end", async () => {
    for (const at of [1, 2, 3]) expect(retell(await run(at))).to.equal(undefined);
  });

  for (const [name, rule, wrong] of WRONGS) {
    it(`${rule}: ${name} is found`, async () => {
      const violation = violationOf(await first((lawful) => wronged(lawful, rule, wrong)));
      expect(violation?.rule, violation?.message).to.equal(rule);
    });
  }

  const without = ({ company, told }: Lived, isIt: (each: Told) => boolean): Lived | undefined => {
    const at = told.findIndex(isIt);
    return at < 0 ? undefined : { company, told: told.toSpliced(at, 1) };
  };
  const again = ({ company, told }: Lived, change: (each: Told) => Told | undefined): Lived | undefined => {
    for (const [at, each] of told.entries()) {
      const next = change(each);
      if (next !== undefined) return { company, told: told.toSpliced(at + 1, 0, next) };
    }
    return undefined;
  };

  it("PAY-1: a payout that is settled and was never paid is found", async () => {
    const violation = violationOf(
      await first((lawful) => without(lawful, ({ what }) => what === "payoutPaid")),
    );
    expect(violation?.rule).to.equal("PAY-1");
  });

  it("PAY-1: a provider that pays twice is found", async () => {
    const violation = violationOf(
      await first((lawful) => again(lawful, (each) => (each.what === "payoutPaid" ? each : undefined))),
    );
    expect(violation?.rule).to.equal("PAY-1");
  });

  const called = (change: (call: WebhookDeliverV1) => WebhookDeliverV1) => (lawful: Lived) =>
    again(lawful, (each) =>
      each.what === "webhookCalled" ? { ...each, said: [change(each.said[0]), each.said[1]] } : undefined,
    );

  it("NOT-1: a receiver called with another id, body or address is found; called again, it is none", async () => {
    const wrong = { deliveryId: "other", body: "{}", url: "https://elsewhere.example/" };
    for (const [what, value] of Object.entries(wrong)) {
      const violation = violationOf(await first(called((call) => ({ ...call, [what]: value }))));
      expect(violation?.rule, what).to.equal("NOT-1");
    }
    expect(violationOf(await first(called((call) => call)))).to.equal(undefined);
  });

  it("PAY-1 PAY-2: a payout submitted in other words is found, and one that came back and is kept", async () => {
    const asked = (lawful: Lived) =>
      again(lawful, (each) =>
        each.what === "payoutAsked" ? { ...each, said: [{ ...each.said[0], payee: PAYEE }] } : undefined,
      );
    expect(violationOf(await first(asked))?.rule).to.equal("PAY-2");
    const kept = (lawful: Lived) => without(lawful, ({ what }) => what === "payoutBounced");
    expect(violationOf(await first(kept))?.rule).to.equal("PAY-1");
  });

  it("PAY-4: a statement that nobody sends is open, and one under another Message-ID is found", async () => {
    const isStatement = (each: Told) => each.what === "mailAccepted" && each.said[0].statement !== undefined;
    const lost = await first((lawful) => without(lawful, isStatement));
    expect(retell(lost)).to.match(/^there is no statement/);
    const second = (lawful: Lived) =>
      again(lawful, (each) =>
        each.what === "mailAccepted" && isStatement(each)
          ? { ...each, said: [{ ...each.said[0], messageId: "<other@ates.local>" }] }
          : undefined,
      );
    expect(violationOf(await first(second))?.rule).to.equal("PAY-4");
  });

  it("DAY-5: a second receipt under another Message-ID is found; the same one again is none", async () => {
    const repeated = (messageId: string | undefined) => (lawful: Lived) =>
      again(lawful, (each) => {
        if (each.what !== "mailAccepted" || !each.said[0].subject.startsWith("Your payout")) return undefined;
        const [mail] = each.said;
        return { ...each, said: [{ ...mail, messageId: messageId ?? mail.messageId }] };
      });
    expect(violationOf(await first(repeated("<other@ates.local>")))?.rule).to.equal("DAY-5");
    expect(violationOf(await first(repeated(undefined)))).to.equal(undefined);
  });

  it("liveness: a run that ends before its end says what is open", async () => {
    const lawful = await first((each) => (firstPayout(each) === undefined ? undefined : each));
    const at = firstPayout(lawful) ?? 0;
    expect(retell({ ...lawful, told: lawful.told.slice(0, at) })).to.be.a("string");
  });
});

/** Where the first payout is requested: much follows from it. */
function firstPayout({ told }: Lived): number | undefined {
  const at = told.findIndex(
    (each) => each.what === "commit" && find(draftOf(each), "payout.requested") !== undefined,
  );
  return at < 0 ? undefined : at + 1;
}
