import { expect } from "chai";
import type { PayoutId, UserId } from "../../../schemas/ids.ts";
import { receiptId } from "../../../schemas/receipt-id.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { payout, user } from "./rows.ts";

interface Payout {
  readonly id: string;
  readonly name: string;
  readonly businessDate: string;
  readonly state: string;
}

describe("queries: payouts", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  let ada: UserId;
  let bob: UserId;

  beforeEach(async () => {
    ada = await user(used.db, "Ada");
    bob = await user(used.db, "Bob");
  });

  const put = (who: UserId, date: string, given: Record<string, unknown> = {}) =>
    payout(used.db, { account_id: who, business_date: date, ...given });
  const list = async (who: ReturnType<typeof caller>, query = "") =>
    (await client().get<{ items: Payout[] }>(who, `/payouts${query}`)).items.map(
      (p) => `${p.name} ${p.businessDate}`,
    );

  it("PAY-5: a payout shows how its receipt stands: when it failed and why, and whether it can be sent again", async () => {
    const id = (await put(ada, "2026-03-09")) as PayoutId;
    const mailId = receiptId(id);
    await used.db.insert("mails", {
      id: mailId,
      user_id: ada,
      template: "receipt",
      recipient: "ada@test.local",
      subject: "Your payout",
      state: "failed",
      attempts: 24,
      failure: "550 no such mailbox",
      business_date: "2026-03-09",
      created_at: "2026-03-10T22:00:00Z",
      updated_at: "2026-03-11T08:00:00Z",
    });
    const receipt = async () =>
      (await client().get<{ items: { receipt: object }[] }>(caller(ada), "/payouts")).items[0]?.receipt;
    const failed = {
      id: mailId,
      state: "failed",
      attempts: 24,
      failure: "550 no such mailbox",
      recipient: "ada@test.local",
      updatedAt: "2026-03-11T08:00:00.000Z",
      canResend: false,
    };
    expect(await receipt(), "made before words were kept").to.deep.equal(failed);
    await used.db.insert("mail_words", { mail_id: mailId, subject: "s", text: "t", html: "h" });
    expect(await receipt()).to.deep.equal({ ...failed, canResend: true });
    await used.db.run("update mails set state = 'pending', recipient = '', failure = null");
    expect(await receipt()).to.include({ state: "pending", recipient: null, canResend: false });
  });

  it("PAY-1: a payout shows whose, how much, how it stands, and why it failed", async () => {
    const id = await put(ada, "2026-03-09", {
      amount: 1250,
      state: "failed",
      attempts: 3,
      failure: "account closed",
    });
    expect(await client().get(caller(bob, "accountant"), "/payouts")).to.deep.equal({
      items: [
        {
          id,
          userId: ada,
          name: "Ada",
          businessDate: "2026-03-09",
          amountMinor: 1250,
          state: "failed",
          attempts: 3,
          failure: "account closed",
          updatedAt: "2026-03-10T22:00:00.000Z",
          receipt: null,
        },
      ],
      next: null,
    });
  });

  it("accountants and admins see everybody's, employees and managers their own", async () => {
    await put(ada, "2026-03-09");
    await put(bob, "2026-03-10");
    for (const role of ["accountant", "admin"] as const) {
      expect(await list(caller(ada, role))).to.deep.equal(["Bob 2026-03-10", "Ada 2026-03-09"]);
    }
    for (const role of ["employee", "manager"] as const) {
      expect(await list(caller(ada, role))).to.deep.equal(["Ada 2026-03-09"]);
      expect(await list(caller(ada, role), "?date=2026-03-10")).to.deep.equal([]);
    }
  });

  it("can be narrowed to a date and a state", async () => {
    await put(ada, "2026-03-09");
    await put(ada, "2026-03-10", { state: "requested" });
    await put(bob, "2026-03-10");
    const admin = caller(ada, "admin");
    expect(await list(admin, "?date=2026-03-10&state=settled")).to.deep.equal(["Bob 2026-03-10"]);
    expect(await list(admin, "?state=requested")).to.deep.equal(["Ada 2026-03-10"]);
    expect(await list(admin, "?date=2026-03-11")).to.deep.equal([]);
    expect(await client().refusal(admin, "/payouts?state=paid")).to.equal("400 invalid_request");
    expect(await client().refusal(admin, "/payouts?date=2026-13-01")).to.equal("400 invalid_request");
  });

  it("pages over many of one date", async () => {
    for (let i = 0; i < 5; i++) {
      const who = await user(used.db, `Popug ${i}`);
      await put(who, "2026-03-09");
      await put(who, "2026-03-10");
    }
    const admin = caller(ada, "admin");
    const whole = await client().all<Payout>(admin, "/payouts", 200);
    expect(whole).to.have.length(10);
    expect(whole.map((p) => p.businessDate)).to.deep.equal([
      ...Array(5).fill("2026-03-10"),
      ...Array(5).fill("2026-03-09"),
    ]);
    for (const limit of [1, 3, 5]) expect(await client().all(admin, "/payouts", limit)).to.deep.equal(whole);
  });
});
