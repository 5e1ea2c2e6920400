import { expect } from "chai";
import {
  type Delivery,
  deliveryKey,
  type Webhook,
  type WebhookEntity,
  webhookKey,
} from "../../../actors/webhook/state.ts";
import { webhookStore } from "../../../actors/webhook/store.ts";
import { WebhookGateway } from "../../../actors/webhook/webhook-gateway.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, until, type World } from "../../support/world.ts";

const DAY_MS = 86_400_000;
const AT = "2026-10-05T08:00:00.000Z";

function webhook(change: Partial<Webhook> = {}): Webhook {
  const id = newUuid();
  return {
    key: webhookKey(id),
    id,
    url: 'https://hooks.example/?a="{}"\\',
    types: ["task.created", "day.closed"],
    description: "Ара",
    state: "active",
    secretVersion: 1,
    previousUntil: undefined,
    failingSince: undefined,
    failure: undefined,
    deliveries: 0,
    underWay: 0,
    waiting: 0,
    createdBy: newUuid() as UserId,
    createdAt: AT,
    changedAt: AT,
    ...change,
  };
}

function delivery({ id: webhookId }: Webhook, number: number, change: Partial<Delivery> = {}): Delivery {
  const id = newUuid(Date.parse(change.createdAt ?? AT));
  return {
    key: deliveryKey(id),
    id,
    webhookId,
    number,
    factId: newUuid(),
    type: "task.created",
    body: '{"a":"\\"ü🦜"}',
    state: "waiting",
    attempts: 0,
    startedAt: AT,
    nextAttemptAt: undefined,
    status: undefined,
    failure: undefined,
    durationMs: undefined,
    createdAt: AT,
    updatedAt: AT,
    ...change,
  };
}

describe("the webhooks' tables", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld({}, Date.now() - 2 * DAY_MS); // so that what is done once a day is due
  });
  after(() => world.end());

  const save = (...entities: readonly WebhookEntity[]) => saveBy(webhookStore, world.pool, 0, entities, []);
  const load = (...wanted: readonly WebhookEntity[]) =>
    webhookStore.load(
      world.pool,
      0,
      wanted.map(({ key }) => key),
    );

  it("NOT-1: what is saved comes back, in every state; the body of a delivery as it was first", async () => {
    const one = webhook({
      previousUntil: AT,
      failingSince: AT,
      failure: "500",
      deliveries: 2,
      underWay: 1,
      waiting: 1,
    });
    const gone = webhook({ state: "deleted" });
    const first = delivery(one, 1);
    await save(one, gone, first);
    expect(await load(one, gone, first)).to.have.deep.members([one, gone, first]);
    expect(await webhookStore.open(world.pool, 0)).to.deep.equal([one]);
    const tried: Delivery = {
      ...first,
      state: "retrying",
      attempts: 1,
      nextAttemptAt: AT,
      status: 500,
      failure: "no",
      durationMs: 7,
    };
    await save({ ...tried, body: "another" });
    expect(await load(first)).to.deep.equal([tried]);
  });

  it("NOT-1: a line and a span of time are read in the order of their numbers, page by page", async () => {
    const one = webhook();
    const other = webhook();
    const states = ["failed", "waiting", "delivered", "waiting", "failed", "calling"] as const;
    const log = states.map((state, at) =>
      delivery(one, at + 1, { state, createdAt: `2026-10-05T0${at}:00:00.000Z` }),
    );
    await save(one, other, ...log, delivery(other, 1));
    const page = async (request: Parameters<NonNullable<typeof webhookStore.page>>[2]) =>
      ((await webhookStore.page?.(world.pool, 0, request)) ?? []).map((each) => (each as Delivery).number);
    const within = { webhookId: one.id };
    expect(await page({ name: "line", within, after: undefined, limit: 9 })).to.deep.equal([2, 4]);
    expect(await page({ name: "line", within, after: undefined, limit: 1 })).to.deep.equal([2]);
    const span = { ...within, from: "2026-10-05T00:00:00Z", to: "2026-10-05T04:00:00Z", also: "" };
    expect(await page({ name: "range", within: span, after: "0", limit: 9 })).to.deep.equal([1, 5]);
    expect(await page({ name: "range", within: span, after: "1", limit: 9 })).to.deep.equal([5]);
    const also = { ...span, also: "delivered", to: "2026-10-05T03:00:00Z" };
    expect(await page({ name: "range", within: also, after: "0", limit: 9 })).to.deep.equal([1, 3]);
    const old = { before: "2026-10-05T04:30:00Z" };
    await save(...log.map((each) => ({ ...each, updatedAt: each.createdAt })));
    expect(await page({ name: "old", within: old, after: undefined, limit: 9 })).to.deep.equal([1, 3, 5]);
    expect(await page({ name: "old", within: old, after: undefined, limit: 2 })).to.deep.equal([1, 3]);
  });

  it("NOT-1: what ended longer ago than the configured days is deleted once a day; what waits, and what is younger, stays", async () => {
    const one = webhook({ state: "paused" });
    const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
    const log = (["delivered", "failed", "waiting", "delivered", "failed"] as const).map((state, at) =>
      delivery(one, at + 1, { state, createdAt: ago(8), updatedAt: ago(at < 3 ? 7.1 : 6.9) }),
    );
    await save(one, ...log);
    const startedMs = Date.now();
    const gateway = new WebhookGateway({ secret: world.company.secret, keptDays: 7 });
    await world.worker({ webhook: gateway });
    const left = async () => ((await load(...log)) as Delivery[]).map(({ number }) => number).sort();
    await until(async () => (await left()).length === 3, "the old ones are gone");
    expect(await left()).to.deep.equal([3, 4, 5]);
    const { rows } = await world.pool.query<{ due_at: string; gateway: string }>(
      "select due_at, gateway from later where kind = 'webhook'",
    );
    expect(rows.map((row) => row.gateway)).to.deep.equal(["webhook"]);
    expect(Date.parse(rows[0]?.due_at ?? "") - startedMs).to.be.within(DAY_MS, DAY_MS + 30_000);
  });
});
