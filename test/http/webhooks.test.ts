/** Webhooks from the request of an admin to a receiver that verifies with the library of Standard Webhooks. */
import { expect } from "chai";
import { CloudEvent } from "cloudevents";
import { WebhookGateway } from "../../actors/webhook/webhook-gateway.ts";
import type { Role } from "../../schemas/envelope.ts";
import { newUuid } from "../../schemas/ids.ts";
import { addressRanges } from "../../schemas/public-address.ts";
import { type Receiver, startReceiver, verified } from "../actors/webhook/receiver.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";

describe("/webhooks", function () {
  this.timeout(120_000);
  let world: World;
  let receiver: Receiver;
  let people: Readonly<Record<Role, SignedIn>>;
  let baseUrl: string;

  before(async () => {
    world = await newWorld({ ATES_WEBHOOK_PRIVATE_RANGES: "127.0.0.0/8" });
    receiver = await startReceiver();
    const privateRanges = addressRanges("127.0.0.0/8");
    await world.worker({
      webhook: new WebhookGateway({ secret: world.company.secret, privateRanges, keptDays: 30 }),
    });
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
  });
  after(async () => {
    await world.end();
    await receiver.stop();
  });
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.answers.length = 0;
  });

  const api: SignedIn["api"] = (...request) => people.admin.api(...request);
  const subscribed = async (...types: string[]) => {
    const { status, body } = await api("POST", "/webhooks", { url: receiver.url, types });
    expect(status, JSON.stringify(body)).to.equal(201);
    return body as { id: string; secret: string; secretVersion: number };
  };
  const created = async (title: string) => (await api("POST", "/tasks", { title })).body as { id: string };
  const deliveries = async (id: string) => (await api("GET", `/webhooks/${id}/deliveries`)).body.items;
  const arrived = (count: number) =>
    until(async () => receiver.received.length >= count, `${count} deliveries arrive`);
  const end = (id: string) => api("DELETE", `/webhooks/${id}`);

  it("NOT-1 EVT-1: a fact arrives once as a CloudEvent, signed so that the receiver's own library verifies it", async () => {
    const webhook = await subscribed("task.created");
    const task = await created("Feed the parrots");
    await arrived(1);
    const [request] = receiver.received;
    if (request === undefined) throw new Error("nothing arrived");
    const event = verified(webhook.secret, request) as { type: string; data: { taskId: string } };
    expect(() => verified(`whsec_${Buffer.from("another secret").toString("base64")}`, request)).to.throw();
    expect(event).to.include({ type: "task.created" });
    expect(event.data.taskId).to.equal(task.id);
    expect(request.headers["content-type"]).to.match(/^application\/cloudevents\+json/);
    expect(new CloudEvent(JSON.parse(request.body)).validate()).to.equal(true);
    const [delivery] = await until(async () => {
      const log = await deliveries(webhook.id);
      return log[0]?.state === "delivered" && log;
    }, "the log says so");
    expect(delivery).to.include({ id: request.headers["webhook-id"], attempts: 1, status: 204, number: 1 });
    expect(receiver.received).to.have.length(1);
    await end(webhook.id);
  });

  it("NOT-1: one that fails is tried again under the same id, and its answer's words stand in the log", async () => {
    const webhook = await subscribed("task.created");
    receiver.answers.push((response) => response.writeHead(503).end("asleep"));
    await created("Sing to the parrots");
    const failing = await until(async () => {
      const [log] = await deliveries(webhook.id);
      return log?.failure !== undefined && log.failure !== null && log;
    }, "the failure is told");
    expect(failing).to.include({ failure: "503: asleep", status: 503 });
    await arrived(2);
    const [first, second] = receiver.received;
    expect(second?.headers["webhook-id"]).to.equal(first?.headers["webhook-id"]);
    expect(second?.body).to.equal(first?.body);
    await until(async () => (await deliveries(webhook.id))[0]?.state === "delivered", "it is delivered");
    expect((await api("GET", `/webhooks/${webhook.id}`)).body).to.include({ failingSince: null });
    await end(webhook.id);
  });

  it("NOT-1: one delivery, or all of a span of time, is sent again on request, as it was", async () => {
    const webhook = await subscribed("task.created");
    const from = new Date().toISOString();
    for (const title of ["One", "Two", "Three"]) await created(title);
    await until(
      async () =>
        (await deliveries(webhook.id)).filter(({ state }: { state: string }) => state === "delivered")
          .length === 3,
      "all are delivered",
    );
    const [newest] = await deliveries(webhook.id);
    const again = await api("POST", `/webhooks/${webhook.id}/deliveries/${newest.id}/resend`);
    expect([again.status, again.body.id]).to.deep.equal([202, newest.id]);
    await arrived(4);
    const named = receiver.received.filter(({ headers }) => headers["webhook-id"] === newest.id);
    expect(named.map(({ body }) => body)).to.deep.equal([named[0]?.body, named[0]?.body]);
    const span = { from, to: new Date(Date.now() + 60_000).toISOString() };
    await until(async () => (await deliveries(webhook.id))[0].state === "delivered", "it has arrived");
    expect((await api("POST", `/webhooks/${webhook.id}/deliveries/resend`, span)).status).to.equal(202);
    const all = await api("POST", `/webhooks/${webhook.id}/deliveries/resend`, {
      ...span,
      also: "delivered",
    });
    expect(all.status, JSON.stringify(all.body)).to.equal(202);
    await arrived(7);
    expect(receiver.received).to.have.length(7);
    const backwards = { from: span.to, to: span.from };
    expect((await api("POST", `/webhooks/${webhook.id}/deliveries/resend`, backwards)).status).to.equal(400);
    expect((await api("POST", `/webhooks/${webhook.id}/deliveries/${newUuid()}/resend`)).status).to.equal(
      404,
    );
    await end(webhook.id);
  });

  it("NOT-1: after a rotation both secrets verify, each by itself, and the next rotation forgets the first", async () => {
    const webhook = await subscribed("task.created");
    const rotate = async () => (await api("POST", `/webhooks/${webhook.id}/rotate-secret`)).body.secret;
    const second: string = await rotate();
    await created("Brush the parrots");
    await arrived(1);
    const third: string = await rotate();
    await created("Count the parrots");
    await arrived(2);
    const [before, after] = receiver.received;
    if (before === undefined || after === undefined) throw new Error("too little arrived");
    for (const secret of [webhook.secret, second]) verified(secret, before);
    for (const secret of [second, third]) verified(secret, after);
    expect(() => verified(webhook.secret, after)).to.throw();
    expect(new Set([webhook.secret, second, third]).size).to.equal(3);
    await end(webhook.id);
  });

  it("NOT-1: the secret is in the answer that makes it and its repeat, and in no other answer, row or message", async () => {
    const key = { "idempotency-key": newUuid() };
    const words = { url: receiver.url, types: ["task.created"] };
    const first = await api("POST", "/webhooks", words, key);
    const repeat = await api("POST", "/webhooks", words, key);
    expect([repeat.headers.get("idempotency-replayed"), repeat.body]).to.deep.equal(["true", first.body]);
    const { id, secret } = first.body as { id: string; secret: string };
    const { body: changed } = await api("PATCH", `/webhooks/${id}`, { description: "Ours" });
    const answers = [
      changed,
      (await api("GET", "/webhooks")).body,
      (await api("GET", `/webhooks/${id}`)).body,
      (await api("GET", `/commands/${repeat.headers.get("x-command-id") ?? newUuid()}`)).body,
    ];
    expect(JSON.stringify(answers)).to.contain(id).and.to.not.contain(secret.slice(6, 30));
    const { rows } = await world.pool.query(
      "select to_jsonb(w)::text as text from webhooks w union all select to_jsonb(c)::text from commands c",
    );
    expect(JSON.stringify(rows)).to.contain(id).and.to.not.contain(secret.slice(6, 30));
    await end(id);
  });

  it("NOT-1: private addresses, names for them and plain HTTP outside are refused when they are saved", async () => {
    const refused = {
      "http://10.0.0.1/": /10\.0\.0\.1 is private/,
      "https://169.254.169.254/latest/meta-data": /linkLocal/,
      "https://[::1]/": /loopback/,
      "https://[::ffff:10.0.0.1]/": /private/,
      "https://[::10.0.0.1]/": /only public addresses/,
      "https://[64:ff9b::10.0.0.1]/": /only public addresses/,
      "https://[4000::1]/": /only public addresses/,
      "http://0x0a000001/": /private/,
      "https://0.0.0.0/": /unspecified/,
      "http://93.184.216.34/": /https:\/\//,
      "ftp://example.com/": /begins with https/,
      "https://me:secret@example.com/": /without a user name/,
      "https://nobody.invalid/": /name that has an address/,
    };
    for (const [url, expected] of Object.entries(refused)) {
      const { status, body } = await api("POST", "/webhooks", { url, types: ["task.created"] });
      expect([status, body.code], url).to.deep.equal([400, "webhook_address_refused"]);
      expect(body.errors[0], url).to.include({ pointer: "/url" });
      expect(body.detail, url).to.match(expected);
    }
    const webhook = await subscribed("task.created");
    const moved = await api("PATCH", `/webhooks/${webhook.id}`, { url: "https://192.168.1.1/" });
    expect(moved.status).to.equal(400);
    await end(webhook.id);
  });

  it("NOT-1: the list comes in pages, the oldest first, also when the last of a page is deleted meanwhile", async () => {
    const made = [await subscribed("user.disabled"), await subscribed("user.disabled")];
    const first = (await api("GET", "/webhooks?limit=1")).body;
    expect(first.items[0].id).to.equal(made[0]?.id);
    await end(first.items[0].id);
    const second = (await api("GET", `/webhooks?limit=1&cursor=${first.next}`)).body;
    expect([second.items[0].id, second.next]).to.deep.equal([made[1]?.id, null]);
    await end(second.items[0].id);
  });

  it("NOT-1: paused, nothing is delivered nor kept; deleted, it is gone; the unknown is 404", async () => {
    const webhook = await subscribed("task.created");
    const paused = await api("PATCH", `/webhooks/${webhook.id}`, { active: false });
    expect(paused.body).to.include({ state: "paused" });
    await created("Unseen");
    expect((await api("PATCH", `/webhooks/${webhook.id}`, { active: true })).body.state).to.equal("active");
    await created("Seen");
    await arrived(1);
    expect(JSON.parse(receiver.received[0]?.body ?? "{}").data.title).to.equal("Seen");
    expect((await end(webhook.id)).status).to.equal(204);
    for (const [method, path] of [
      ["GET", `/webhooks/${webhook.id}`],
      ["GET", `/webhooks/${webhook.id}/deliveries`],
      ["PATCH", `/webhooks/${webhook.id}`],
      ["POST", `/webhooks/${webhook.id}/rotate-secret`],
    ] as const) {
      const body = method === "PATCH" ? { active: true } : undefined;
      expect((await api(method, path, body)).status, `${method} ${path}`).to.equal(404);
    }
    expect((await api("GET", "/webhooks")).body.items).to.deep.equal([]);
  });

  it("AUTH-2: is for admins", async () => {
    for (const role of ["manager", "accountant", "employee"] as const) {
      expect((await people[role].api("GET", "/webhooks")).status, role).to.equal(403);
      const words = { url: receiver.url, types: ["task.created"] };
      expect((await people[role].api("POST", "/webhooks", words)).status, role).to.equal(403);
    }
  });
});
