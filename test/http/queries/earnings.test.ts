import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, entry } from "./rows.ts";

interface Earnings {
  readonly items: readonly { readonly businessDate: string }[];
  readonly total: { readonly feesMinor: number; readonly rewardsMinor: number; readonly incomeMinor: number };
}

describe("queries: earnings", () => {
  const used = useDatabase();
  const accountant = caller(randomUUID() as UserId, "accountant");
  const ask = (query = "") => new ReadClient(used.db).get<Earnings>(accountant, `/earnings${query}`);
  const dates = async (query = "") => (await ask(query)).items.map((item) => item.businessDate);
  const post = (kind: string, amount: number, date: string) =>
    entry(used.db, { account_id: randomUUID(), kind, amount, business_date: date });

  beforeEach(() => company(used.db));

  it("ACC-7: income of a date is fees minus rewards; payouts, returns, bonuses, corrections never count", async () => {
    await post("fee", -1500, "2026-03-10");
    await post("fee", -1000, "2026-03-10");
    await post("reward", 4000, "2026-03-10");
    await post("fee", -2000, "2026-03-09");
    for (const kind of ["payout", "payout-return", "bonus", "correction"]) {
      await post(kind, -777, "2026-03-10");
      await post(kind, 555, "2026-03-08");
    }
    expect(await ask()).to.deep.equal({
      items: [
        { businessDate: "2026-03-09", feesMinor: 2000, rewardsMinor: 0, incomeMinor: 2000 },
        { businessDate: "2026-03-10", feesMinor: 2500, rewardsMinor: 4000, incomeMinor: -1500 },
      ],
      total: { feesMinor: 4500, rewardsMinor: 4000, incomeMinor: 500 },
    });
  });

  it("DAY-6: of a sealed date are the sums of its seal, of later dates those of their entries", async () => {
    const seal = (date: string, state: string, fees: number, rewards: number) =>
      used.db.insert("days", { business_date: date, state, partitions: "[]", fees, rewards });
    await seal("2026-03-07", "closed", 0, 0);
    await seal("2026-03-08", "closed", 700, 900);
    await seal("2026-03-09", "closing", 0, 0);
    await post("fee", -1500, "2026-03-09");
    await post("reward", 4000, "2026-03-10");
    expect(await ask()).to.deep.equal({
      items: [
        { businessDate: "2026-03-08", feesMinor: 700, rewardsMinor: 900, incomeMinor: -200 },
        { businessDate: "2026-03-09", feesMinor: 1500, rewardsMinor: 0, incomeMinor: 1500 },
        { businessDate: "2026-03-10", feesMinor: 0, rewardsMinor: 4000, incomeMinor: -4000 },
      ],
      total: { feesMinor: 2200, rewardsMinor: 4900, incomeMinor: -2700 },
    });
  });

  it("without any movement is nothing, in total zero (and no negative zero)", async () => {
    const earnings = await ask();
    expect(earnings).to.deep.equal({ items: [], total: { feesMinor: 0, rewardsMinor: 0, incomeMinor: 0 } });
    expect(Object.is(earnings.total.incomeMinor, 0)).to.equal(true);
  });

  it("from and to are included; without them it is the month of the business date so far", async () => {
    for (const date of ["2026-02-28", "2026-03-01", "2026-03-10"]) await post("fee", -1000, date);
    expect(await dates()).to.deep.equal(["2026-03-01", "2026-03-10"]);
    expect(await dates("?from=2026-02-28&to=2026-03-01")).to.deep.equal(["2026-02-28", "2026-03-01"]);
    expect(await dates("?from=2026-02-28&to=2026-02-28")).to.deep.equal(["2026-02-28"]);
    expect(await dates("?from=2026-03-02")).to.deep.equal(["2026-03-10"]);
    expect(await dates("?to=2026-02-28")).to.deep.equal(["2026-02-28"]);
    expect(await dates("?from=2030-01-01")).to.deep.equal([]);
    expect(await dates("?from=1000-01-01&to=9999-12-31")).to.have.length(3);
  });

  it("a leap day is a date of its month", async () => {
    await used.db.run("update board set business_date = '2028-02-29'");
    for (const date of ["2028-02-29", "2028-03-01"]) await post("fee", -1000, date);
    expect(await dates()).to.deep.equal(["2028-02-29"]);
    expect(await dates("?from=2028-02-01&to=2028-02-29")).to.deep.equal(["2028-02-29"]);
  });

  it("employees and managers may not see it", async () => {
    for (const role of ["employee", "manager"] as const) {
      const who = caller(randomUUID() as UserId, role);
      expect(await new ReadClient(used.db).refusal(who, "/earnings")).to.equal("403 forbidden");
    }
    const admin = caller(randomUUID() as UserId, "admin");
    expect(await new ReadClient(used.db).refusal(admin, "/earnings")).to.equal("200");
  });

  it("a range backwards, or of no dates, is refused", async () => {
    for (const query of ["from=2026-03-02&to=2026-03-01", "from=2026-02-29", "to=10.03.2026", "day=1"]) {
      const refusal = await new ReadClient(used.db).refusal(accountant, `/earnings?${query}`);
      expect(refusal, query).to.equal("400 invalid_request");
    }
  });
});
