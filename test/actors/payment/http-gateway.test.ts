/** The gateway against the sandbox bank, and against servers that answer rubbish. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  FAILURES_IN_A_ROW_MAX,
  HttpGateway,
  type HttpGatewayOptions,
} from "../../../actors/payment/http-gateway.ts";
import { type Bank, startBank } from "../../../ops/sandbox-bank/bank.ts";
import type { PaymentAnsweredV2, PaymentSubmitV2 } from "../../../schemas/generated/messages.ts";
import { message } from "./one-partition.ts";
import { requested } from "./payouts.ts";

const SECRET = "whsec_c2FuZGJveC1iYW5rLXNhbmRib3gtYmFuay1zYW5k";
const PAYEE = { iban: "DE89370400440532013000", holder: "Попуг Popugov" };
const inTime = () => new AbortController().signal;

function submission(change: Partial<PaymentSubmitV2> = {}) {
  const { payoutId, accountId, businessDate, amountMinor } = requested();
  const data = { payoutId, accountId, businessDate, amountMinor, attempt: 1, payee: PAYEE, ...change };
  return { ...message("payment.submit", data), time: new Date().toISOString() };
}

describe("the payment provider over HTTP", function () {
  this.timeout(120_000);
  let folder: string;
  let bank: Bank;
  let gateway: HttpGateway;
  const servers: Server[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "ates-bank-"));
    bank = await startBank({
      dataDir: folder,
      key: "k",
      callbackSecret: SECRET,
      slowMs: 400,
      lateMs: 60_000,
    });
    gateway = gatewayTo(bank.url);
  });
  afterEach(() => bank.order({}));
  after(async () => {
    for (const server of servers) server.close();
    await bank.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function gatewayTo(url: string, more: Partial<HttpGatewayOptions> = {}): HttpGateway {
    return new HttpGateway({ url, key: "k", currency: "USD", timeoutMs: 200, ...more });
  }

  async function answering(answer: (path: string) => [number, unknown]): Promise<string> {
    const server = createServer((request, response) => {
      const [status, body] = answer(request.url ?? "");
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function ask(request: ReturnType<typeof submission>, by = gateway): Promise<PaymentAnsweredV2> {
    return (await by.call(request, inTime())).data as PaymentAnsweredV2;
  }
  const movementsOf = (reference: string) =>
    bank.books.movements().filter((each) => each.reference === reference);

  it("PAY-1 PAY-2: pays once under the payout's id, however often it is called", async () => {
    const request = submission();
    for (let call = 0; call < 3; call++)
      expect(await ask(request)).to.include({ outcome: "paid", provider: "http" });
    const again = { ...request, data: { ...request.data, attempt: 2 } };
    expect(await ask(again)).to.deep.equal({
      payoutId: request.data.payoutId,
      attempt: 2,
      provider: "http",
      outcome: "paid",
    });
    expect(
      movementsOf(request.data.payoutId).map(({ account, amountMinor }) => [account, amountMinor]),
    ).to.deep.equal([
      ["company", -2_800],
      [PAYEE.iban, 2_800],
    ]);
  });

  it("PAY-1: an order that was carried out without an answer is unknown, then asked for and found paid", async () => {
    bank.order({ silent: 1 });
    const request = submission();
    expect(await ask(request)).to.include({ outcome: "unknown" });
    bank.order({});
    expect(await ask({ ...request, data: { ...request.data, attempt: 2 } })).to.include({ outcome: "paid" });
    expect(movementsOf(request.data.payoutId)).to.have.length(2);
  });

  it("PAY-1: what the provider has never heard of is sent when it was asked for", async () => {
    bank.order({ error: 1 });
    const request = submission();
    expect(await ask(request)).to.include({ outcome: "unknown" });
    expect(bank.books.find(request.data.payoutId)).to.equal(undefined);
    bank.order({});
    expect(await ask({ ...request, data: { ...request.data, attempt: 2 } })).to.include({ outcome: "paid" });
  });

  it("PAY-1: a first attempt that is old is asked for before it is sent", async () => {
    const paths: string[] = [];
    const url = await answering((path) => {
      paths.push(path);
      return [404, { code: "payment_not_found" }];
    });
    const request = submission();
    await ask(request, gatewayTo(url));
    await ask({ ...request, time: "2026-01-01T00:00:00Z" }, gatewayTo(url));
    expect(paths).to.deep.equal(["/payments", `/payments/${request.data.payoutId}`, "/payments"]);
  });

  it("PAY-1: a slow answer is unknown, a late one is pending, a refusal is the provider's own word", async () => {
    bank.order({ slow: 1 });
    expect((await ask(submission())).detail).to.contain("did not answer within 200 ms");
    bank.order({ late: 1 });
    expect(await ask(submission())).to.include({ outcome: "pending" });
    bank.order({ reject: 1 });
    expect(await ask(submission())).to.include({ outcome: "refused" });
    bank.order({});
    const wrong = await ask(submission({ payee: { ...PAYEE, iban: "DE00370400440532013000" } }));
    expect(wrong).to.include({ outcome: "refused", detail: "AC01: DE00370400440532013000 is no IBAN." });
  });

  it("PAY-1: without a bank account it is refused, and the provider never hears of it", async () => {
    const { payee: _, ...data } = submission().data;
    const said = await ask({ ...submission(), data });
    expect(said.outcome).to.equal("refused");
    expect(bank.books.find(data.payoutId)).to.equal(undefined);
  });

  it("PAY-1: rubbish, another payment, another amount, a proxy's 404 and a refused key are unknown", async () => {
    const { payoutId: reference } = submission().data;
    const paid = { reference, amountMinor: 2_800, currency: "USD", state: "paid", reason: null };
    const answers: [number, unknown][] = [
      [200, "<html>"],
      [200, { ...paid, reference: "another" }],
      [200, { ...paid, amountMinor: 2_801 }],
      [200, { ...paid, currency: "EUR" }],
      [200, { ...paid, state: "maybe" }],
      [404, "not here"],
      [401, { code: "unauthorized" }],
      [400, paid],
      [302, ""],
    ];
    for (const answer of answers) {
      const url = await answering(() => answer);
      const request = submission({ payoutId: reference, attempt: 2 });
      expect((await ask(request, gatewayTo(url))).outcome, JSON.stringify(answer)).to.equal("unknown");
    }
    expect((await ask(submission(), gatewayTo("http://127.0.0.1:1"))).outcome).to.equal("unknown");
  });

  it("PAY-1: a settled payout is only asked for: the money that came back is a refusal, an unknown one is not paid", async () => {
    const { payoutId, amountMinor } = submission().data;
    const enquiry = message("payment.enquire", { payoutId, amountMinor, attempt: 3 });
    const states = ["paid", "returned"].map((state) => ({
      reference: payoutId,
      amountMinor,
      currency: "USD",
      state,
      reason: null,
    }));
    for (const [index, outcome] of ["paid", "refused"].entries()) {
      const { data } = await gatewayTo(await answering(() => [200, states[index]])).call(enquiry, inTime());
      expect(data).to.include({ outcome, attempt: 3 });
    }
    const { data } = await gateway.call(enquiry, inTime());
    expect(data).to.include({ outcome: "unknown" });
    expect(bank.books.find(payoutId)).to.equal(undefined);
  });

  it("EDGE-3: after failures in a row nobody is asked, at once; then one call tries, and all go on", async () => {
    const heard: string[] = [];
    const own = gatewayTo(bank.url, { breakerOpenMs: 100, onBreaker: (state) => heard.push(state) });
    bank.order({ error: 1 });
    for (let call = 0; call < FAILURES_IN_A_ROW_MAX; call++) await ask(submission(), own);
    expect(heard).to.deep.equal(["open"]);
    const request = submission();
    bank.order({});
    const said = await ask(request, own);
    expect(said).to.include({ outcome: "unknown" });
    expect(said.detail).to.contain("was not asked");
    expect(bank.books.find(request.data.payoutId)).to.equal(undefined);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await ask(request, own)).to.include({ outcome: "paid" });
    expect(heard).to.deep.equal(["open", "closed"]);
  });

  it("EDGE-3: calls that a host ends with its partitions are not the provider's failures", async () => {
    const heard: string[] = [];
    const own = gatewayTo(bank.url, { onBreaker: (state) => heard.push(state) });
    for (let call = 0; call < FAILURES_IN_A_ROW_MAX + 1; call++)
      expect((await own.call(submission(), AbortSignal.abort())).data).to.include({ outcome: "unknown" });
    expect(heard).to.deep.equal([]);
  });
});
