import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, entry } from "./rows.ts";

interface Day {
  readonly businessDate: string;
  readonly state: string;
  readonly progress: { readonly done: number; readonly total: number };
}

describe("queries: days", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  const accountant = caller(randomUUID() as UserId, "accountant");
  const held = randomUUID();
  const ask = (date: string) => client().get<Day>(accountant, `/days/${date}`);
  const post = (kind: string, amount: number, date: string) =>
    entry(used.db, { account_id: randomUUID(), kind, amount, business_date: date });
  const day = (date: string, state: string, given: Record<string, unknown> = {}) =>
    used.db.insert("days", {
      business_date: date,
      state,
      partitions: "[]",
      ended_at: `${date}T23:00:00Z`,
      ...given,
    });
  const sealed = (date: string) =>
    day(date, "closed", {
      partitions: JSON.stringify([0, 1, 2, 3].map((partition) => ({ partition }))),
      fees: 2500,
      rewards: 4000,
      payouts: 2,
      payouts_total: 1500,
      held: JSON.stringify([{ userId: held, reason: "control_totals" }]),
      seal_hash: "abc",
      closed_at: `${date}T23:00:05Z`,
    });

  it("DAY-6: a closed day shows what was sealed, not what is added up again", async () => {
    await company(used.db);
    await sealed("2026-03-09");
    await post("fee", -9999, "2026-03-09");
    expect(await ask("2026-03-09")).to.deep.equal({
      businessDate: "2026-03-09",
      state: "closed",
      progress: { done: 4, total: 4 },
      totals: { feesMinor: 2500, rewardsMinor: 4000, incomeMinor: -1500, payoutsMinor: 1500, payouts: 2 },
      heldAccounts: [{ userId: held, reason: "control_totals" }],
      sealHash: "abc",
      closedAt: "2026-03-09T23:00:05.000Z",
    });
  });

  it("DAY-6: a closing day shows its progress and what is booked by now", async () => {
    await company(used.db);
    await day("2026-03-09", "closing", { partitions: JSON.stringify([{ partition: 0 }, { partition: 2 }]) });
    await post("fee", -1500, "2026-03-09");
    await post("reward", 3000, "2026-03-09");
    await post("payout", -1200, "2026-03-09");
    await post("payout", -300, "2026-03-09");
    expect(await ask("2026-03-09")).to.deep.equal({
      businessDate: "2026-03-09",
      state: "closing",
      progress: { done: 2, total: 4 },
      totals: { feesMinor: 1500, rewardsMinor: 3000, incomeMinor: -1500, payoutsMinor: 1500, payouts: 2 },
      heldAccounts: [],
      sealHash: null,
      closedAt: null,
    });
  });

  it("a date that was sealed while the company's date was being read is closed, not open", async () => {
    await company(used.db);
    await sealed("2026-03-10");
    expect((await ask("2026-03-10")).state).to.equal("closed");
  });

  it("the open day is the current business date, with what the ledger holds so far", async () => {
    await company(used.db);
    await post("fee", -1500, "2026-03-10");
    expect(await ask("2026-03-10")).to.deep.equal({
      businessDate: "2026-03-10",
      state: "open",
      progress: { done: 0, total: 4 },
      totals: { feesMinor: 1500, rewardsMinor: 0, incomeMinor: 1500, payoutsMinor: 0, payouts: 0 },
      heldAccounts: [],
      sealHash: null,
      closedAt: null,
    });
  });

  it("a date still to come, one before the first, and what is no date are not found", async () => {
    await company(used.db, { firstDate: "2026-03-09" });
    for (const date of ["2026-03-11", "2026-03-08", "2026-02-30", "today", "0000-01-01"]) {
      expect(await client().refusal(accountant, `/days/${date}`), date).to.equal("404 not_found");
    }
  });

  it("the list has the open day first, then the others, newest first", async () => {
    await company(used.db, { firstDate: "2026-03-08" });
    await sealed("2026-03-08");
    await day("2026-03-09", "closing");
    const { items } = await client().get<{ items: Day[] }>(accountant, "/days");
    expect(items.map((d) => [d.businessDate, d.state])).to.deep.equal([
      ["2026-03-10", "open"],
      ["2026-03-09", "closing"],
      ["2026-03-08", "closed"],
    ]);
  });

  it("a date that has ended on the board, of which no actor has heard yet, is closing and not missing", async () => {
    await company(used.db, { firstDate: "2026-03-07" });
    await sealed("2026-03-07");
    const { items } = await client().get<{ items: Day[] }>(accountant, "/days");
    expect(items.map((d) => [d.businessDate, d.state, d.progress.done])).to.deep.equal([
      ["2026-03-10", "open", 0],
      ["2026-03-09", "closing", 0],
      ["2026-03-08", "closing", 0],
      ["2026-03-07", "closed", 4],
    ]);
  });

  it("on the first day there is the open day alone", async () => {
    await company(used.db, { firstDate: "2026-03-10", date: null });
    const { items } = await client().get<{ items: Day[] }>(accountant, "/days");
    expect(items.map((d) => [d.businessDate, d.state])).to.deep.equal([["2026-03-10", "open"]]);
  });

  it("pages over the ends of months and years", async () => {
    await company(used.db, { firstDate: "2025-12-30", date: "2026-01-02" });
    for (const date of ["2025-12-30", "2025-12-31", "2026-01-01"]) await sealed(date);
    for (const limit of [1, 3, 4]) {
      const days = await client().all<Day>(accountant, "/days", limit);
      expect(days.map((d) => d.businessDate)).to.deep.equal([
        "2026-01-02",
        "2026-01-01",
        "2025-12-31",
        "2025-12-30",
      ]);
    }
  });

  it("employees and managers may not see days", async () => {
    await company(used.db);
    for (const role of ["employee", "manager"] as const) {
      for (const path of ["/days", "/days/2026-03-10"]) {
        expect(await client().refusal(caller(randomUUID() as UserId, role), path)).to.equal("403 forbidden");
      }
    }
  });
});
