import { expect } from "chai";
import { WebhookGateway, type WebhookGatewayOptions } from "../../../actors/webhook/webhook-gateway.ts";
import type { WebhookAnsweredV1 } from "../../../schemas/generated/messages.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { addressRanges } from "../../../schemas/public-address.ts";
import { webhookSecret } from "../../../schemas/webhook-secret.ts";
import { heard } from "../../support/said.ts";
import { type Receiver, startReceiver, verified } from "./receiver.ts";

const SECRET = "of the tests";

describe("the gateway of webhooks", () => {
  let receiver: Receiver;
  let neighbour: Receiver;

  before(async () => {
    receiver = await startReceiver("127.0.0.1");
    neighbour = await startReceiver("127.0.0.2");
  });
  after(async () => {
    await receiver.stop();
    await neighbour.stop();
  });
  beforeEach(() => {
    for (const each of [receiver, neighbour]) {
      each.received.length = 0;
      each.answers.length = 0;
    }
  });

  /** The installation allows one address, in the place of the whole public internet. */
  const gateway = (options: Partial<WebhookGatewayOptions> = {}) =>
    new WebhookGateway({
      secret: SECRET,
      privateRanges: addressRanges("127.0.0.1/32"),
      keptDays: 30,
      ...options,
    });
  const call = async (url: string, options: Partial<WebhookGatewayOptions> = {}, webhookId = newUuid()) => {
    const data = {
      webhookId,
      deliveryId: newUuid(),
      url,
      secretVersions: [2, 1] as [number, number],
      body: "{}",
    };
    const request = heard("webhook.deliver", data);
    const { data: answer } = await gateway(options).call(request, new AbortController().signal);
    return answer as WebhookAnsweredV1;
  };

  it("NOT-1: an address that is not allowed is not called, whatever it is written as", async () => {
    const { port } = neighbour;
    for (const host of ["127.0.0.2", "0x7f000002", "2130706434", "[::ffff:127.0.0.2]"]) {
      const { outcome, detail } = await call(`http://${host}:${port}/`);
      expect([outcome, detail], host).to.deep.equal([
        "failed",
        "127.0.0.2 is loopback: only public addresses are called",
      ]);
    }
    expect(neighbour.received).to.deep.equal([]);
  });

  it("NOT-1: a name that means another address a moment later leads nowhere else: what was looked at is called", async () => {
    const meanings = ["127.0.0.1", "127.0.0.2"];
    const resolve = async () => [meanings.shift() ?? "127.0.0.2"];
    const first = await call(`http://hooks.example:${receiver.port}/a`, { resolve });
    expect(first, first.detail).to.include({ outcome: "delivered", status: 204 });
    const second = await call(`http://hooks.example:${neighbour.port}/b`, { resolve });
    expect(second).to.include({ outcome: "failed" });
    expect(second.detail).to.match(/127\.0\.0\.2 is loopback/);
    expect(receiver.received.map(({ path, headers }) => [path, headers.host])).to.deep.equal([
      ["/a", `hooks.example:${receiver.port}`],
    ]);
    expect(neighbour.received).to.deep.equal([]);
    expect(meanings).to.deep.equal([]); // asked once per call, and not again for the connection
  });

  it("NOT-1: a name with one private address among its addresses is not called at all", async () => {
    const resolve = async () => ["127.0.0.1", "127.0.0.2"];
    expect((await call(`http://hooks.example:${receiver.port}/`, { resolve })).outcome).to.equal("failed");
    expect(receiver.received).to.deep.equal([]);
  });

  it("NOT-1: a redirect to a private address is not followed, nor any other", async () => {
    receiver.answers.push((response) => {
      response.writeHead(307, { location: neighbour.url }).end();
    });
    const { outcome, status, detail } = await call(receiver.url);
    expect([outcome, status]).to.deep.equal(["failed", 307]);
    expect(detail).to.equal(`307: a redirect to ${neighbour.url} is not followed`);
    expect(neighbour.received).to.deep.equal([]);
  });

  it("NOT-1: plain HTTP goes to the installation's own ranges alone", async () => {
    const detail = (await call("http://93.184.216.34/")).detail;
    expect(detail).to.match(/expected https:\/\//);
  });

  it("NOT-1: who does not answer, or never ends to answer, is not waited for; much is not read", async () => {
    receiver.answers.push(() => undefined);
    const silent = await call(receiver.url, { timeoutMs: 200 });
    expect(silent).to.include({ outcome: "failed", detail: "No answer within 200 ms." });
    let written = 0;
    receiver.answers.push((response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536))) written += 65_536;
      };
      response.on("drain", more);
      more();
    });
    const flood = await call(receiver.url);
    expect(flood.detail).to.equal(`500: ${"x".repeat(400)}`);
    expect(written).to.be.below(64 * 1_048_576);
    receiver.answers.push((response) => {
      response.writeHead(200);
      response.write("and then"); // never ends
    });
    expect(await call(receiver.url, { timeoutMs: 5_000 })).to.include({ outcome: "delivered", status: 200 });
  });

  it("NOT-1: nobody there, a broken answer and a name without an address are failures, not bugs", async () => {
    const closed = await startReceiver();
    await closed.stop();
    expect((await call(closed.url)).detail).to.match(/ECONNREFUSED/);
    receiver.answers.push((response) => {
      response.socket?.end("HTTP/1.1 nonsense\r\n\r\n");
    });
    expect((await call(receiver.url)).outcome).to.equal("failed");
    expect((await call("https://x.example/", { resolve: async () => [] })).detail).to.match(/no address/);
  });

  it("NOT-1: each secret that may be known signs, by the time of the call", async () => {
    const webhookId = newUuid();
    await call(receiver.url, {}, webhookId);
    const [request] = receiver.received;
    if (request === undefined) throw new Error("nothing arrived");
    for (const version of [1, 2]) verified(webhookSecret(SECRET, webhookId, version), request);
    expect(() => verified(webhookSecret(SECRET, webhookId, 3), request)).to.throw();
    const late = { ...request, headers: { ...request.headers, "webhook-timestamp": "1" } };
    expect(() => verified(webhookSecret(SECRET, webhookId, 1), late)).to.throw();
  });
});
