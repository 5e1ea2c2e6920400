import { expect } from "chai";
import type { PageRequest } from "../../../actors/runtime/actor.ts";
import { webhook } from "../../../actors/webhook/actor.ts";
import { PLACES } from "../../../actors/webhook/attempt.ts";
import { FORGET_PAGE, SWEEP_EVERY_MS } from "../../../actors/webhook/forget.ts";
import {
  BACK_OFF_FIRST_MS,
  BACK_OFF_MAX_MS,
  FAILING_MAX_MS,
  TRIED_FOR_MS,
} from "../../../actors/webhook/outcome.ts";
import {
  type Delivery,
  isDelivery,
  isWebhook,
  type Webhook,
  type WebhookEntity,
  type WebhookState,
} from "../../../actors/webhook/state.ts";
import { WEBHOOKS_MAX } from "../../../actors/webhook/subscription.ts";
import type { WebhookDeliverV1 } from "../../../schemas/generated/messages.ts";
import { Scene } from "../../support/given.ts";
import { command, heard, person, registered } from "../../support/said.ts";

const ADMIN = person("admin");
const HOUR_MS = 3_600_000;

/** What the store answers to a page, over everything that is saved. */
function pageOf(saved: readonly WebhookEntity[], { name, within = {}, after, limit }: PageRequest) {
  const isIn = ({ createdAt, state }: Delivery) =>
    createdAt >= (within.from ?? "") &&
    createdAt <= (within.to ?? "") &&
    [within.also, "failed"].includes(state);
  const deliveries = saved.filter(isDelivery).filter(({ state }) => state !== "forgotten");
  if (name === "old")
    return deliveries
      .filter(
        (each) => ["delivered", "failed"].includes(each.state) && each.updatedAt < (within.before ?? ""),
      )
      .slice(0, limit);
  return deliveries
    .filter((each) => each.webhookId === within.webhookId && each.number > Number(after ?? 0))
    .filter((each) => (name === "line" ? each.state === "waiting" : isIn(each)))
    .sort((a, b) => a.number - b.number)
    .slice(0, limit);
}

class Story {
  readonly scene = new Scene<WebhookEntity, WebhookState>(webhook, { page: pageOf });
  readonly id: string;

  constructor(types: [string, ...string[]] = ["user.registered"]) {
    this.id = this.subscribe(types);
  }

  subscribe(types: [string, ...string[]]): string {
    const create = command("webhook.create", { url: "https://hooks.example/", types }, ADMIN);
    return this.scene.tell(create).answers[0]?.body.id;
  }

  get first(): Delivery | undefined {
    return this.deliveries[0];
  }

  get webhook(): Webhook {
    const found = [...this.scene.saved.rows.values()].filter(isWebhook).find(({ id }) => id === this.id);
    if (found === undefined) throw new Error("there is no webhook");
    return found;
  }

  get deliveries(): Delivery[] {
    return [...this.scene.saved.rows.values()].filter(isDelivery).sort((a, b) => a.number - b.number);
  }

  /** Calls that nobody has answered, the first one first. */
  get calls(): WebhookDeliverV1[] {
    const rows = [...this.scene.saved.later.values()].filter(({ gateway }) => gateway === "webhook");
    return rows.map(({ envelope }) => JSON.parse(envelope).data);
  }

  answer(outcome: "delivered" | "failed", call = this.calls[0]) {
    if (call === undefined) throw new Error("nobody is called");
    const { webhookId, deliveryId } = call;
    const row = [...this.scene.saved.later.values()].find(
      ({ gateway, envelope }) => gateway !== undefined && JSON.parse(envelope).data.deliveryId === deliveryId,
    );
    if (row !== undefined) this.scene.saved.later.delete(row.id);
    const detail = outcome === "failed" ? "500: no" : undefined;
    const data = {
      webhookId,
      deliveryId,
      outcome,
      durationMs: 5,
      ...(detail === undefined ? {} : { detail }),
    };
    return this.scene.tell(heard("webhook.answered", data));
  }

  happen(count = 1): void {
    for (let at = 0; at < count; at++) this.scene.tell(registered(person()));
  }

  /** When the next timer is due it is decided; answers how long that took. */
  passTime(): number {
    const next = Math.min(
      ...[...this.scene.saved.later.values()].flatMap(({ gateway, dueAtMs }) =>
        gateway === undefined ? [dueAtMs] : [],
      ),
    );
    const waited = next - this.scene.nowMs;
    this.scene.nowMs = Math.max(next, this.scene.nowMs);
    this.scene.settle();
    return waited;
  }
}

describe("webhooks, decided", () => {
  it("NOT-1: a fact is one delivery for each subscription that wants its type, redelivered or not", () => {
    const story = new Story();
    story.subscribe(["user.disabled"]);
    const fact = registered(person());
    story.scene.tell(fact, fact);
    expect(story.deliveries).to.have.length(1);
    const event = JSON.parse(story.deliveries[0]?.body ?? "");
    expect(event).to.include({ id: fact.id, type: "user.registered" });
    expect(event.data).to.deep.equal(fact.data);
    expect(event).to.not.have.any.keys("partitionkey", "causationid");
    expect([...(webhook.heeds?.(story.scene.state) ?? [])]).to.deep.equal([
      "user.registered",
      "user.disabled",
    ]);
  });

  it("NOT-1: old deliveries are forgotten page after page, and looked for again a day later", () => {
    const story = new Story();
    story.happen(FORGET_PAGE + 3);
    while (story.calls.length > 0) story.answer("delivered");
    story.happen();
    const { scene } = story;
    const before = new Date(scene.nowMs + 1).toISOString();
    scene.tell(heard("webhook.forget", { before }));
    expect(story.deliveries.filter(({ state }) => state === "forgotten")).to.have.length(FORGET_PAGE);
    scene.settle();
    const kept = story.deliveries.filter(({ state }) => state !== "forgotten");
    expect(
      kept.map(({ state }) => state),
      "which is on its way",
    ).to.deep.equal(["calling"]);
    const sweeps = [...scene.saved.later.values()].filter(({ envelope }) =>
      envelope.includes("webhook.sweep"),
    );
    expect(sweeps.map(({ dueAtMs }) => dueAtMs - scene.nowMs)).to.deep.equal([SWEEP_EVERY_MS]);
    const [first] = story.deliveries;
    const again = command("webhook.resend", { webhookId: story.id, deliveryId: first?.id ?? "" }, ADMIN);
    expect(scene.tell(again).answers[0]).to.include({ code: "delivery_not_found" });
  });

  it("NOT-1: tried again with full jitter under doubled ceilings, for a day and no longer; then it has failed", () => {
    const story = new Story();
    const startMs = story.scene.nowMs;
    story.happen();
    const pauses: number[] = [];
    const stateNow = () => story.first?.state;
    while (stateNow() === "calling") {
      story.answer("failed");
      if (stateNow() === "retrying") pauses.push(story.passTime());
    }
    expect(story.deliveries[0]).to.include({ state: "failed", failure: "500: no", nextAttemptAt: undefined });
    expect(story.scene.nowMs - startMs).to.be.within(TRIED_FOR_MS - BACK_OFF_MAX_MS, TRIED_FOR_MS);
    expect(pauses.length).to.be.within(14, 60);
    for (const [at, pause] of pauses.entries())
      expect(pause, `pause ${at}`).to.be.within(1, Math.min(BACK_OFF_FIRST_MS * 2 ** at, BACK_OFF_MAX_MS));
    expect(Math.max(...pauses)).to.be.above(HOUR_MS);
    expect([...story.scene.saved.later.values()]).to.deep.equal([]);
  });

  it("NOT-1: begins in the order of the facts, so many at a time; one that fails has one place until it is well", () => {
    const story = new Story();
    story.happen(PLACES + 3);
    const numbers = () =>
      story.calls.map(({ deliveryId }) => story.deliveries.find(({ id }) => id === deliveryId)?.number);
    expect(numbers()).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    story.answer("delivered");
    expect(numbers()).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9]);
    story.answer("failed");
    while (story.calls.length > 1) story.answer("failed");
    expect(story.webhook).to.include({ underWay: 1 });
    story.answer("failed");
    expect(numbers()).to.deep.equal([10]);
    story.answer("delivered");
    expect(story.webhook).to.include({ failingSince: undefined, underWay: 1, waiting: 0 });
    expect(numbers()).to.deep.equal([11]);
  });

  it("NOT-1: whatever comes in one batch, nothing stays in line for ever", () => {
    const story = new Story();
    story.happen(PLACES);
    const answers = story.calls.map(({ webhookId, deliveryId }) =>
      heard("webhook.answered", { webhookId, deliveryId, outcome: "delivered", durationMs: 1 }),
    );
    story.scene.saved.later.clear();
    story.scene.tellTogether(registered(person()), ...answers, registered(person()));
    story.scene.settle();
    while (story.calls.length > 0) {
      story.answer("delivered");
      story.scene.settle();
    }
    expect(story.deliveries.map(({ state }) => state)).to.deep.equal(Array(PLACES + 2).fill("delivered"));
    expect(story.webhook).to.include({ underWay: 0, waiting: 0 });
  });

  it("NOT-1: disabled after days of failing and not before; one success begins the days anew; its maker is told", () => {
    const story = new Story();
    const startMs = story.scene.nowMs;
    let disabled: unknown;
    story.happen();
    story.answer("failed");
    story.scene.nowMs = startMs + FAILING_MAX_MS - HOUR_MS;
    story.scene.settle();
    story.answer("delivered");
    story.happen();
    const failingMs = story.scene.nowMs;
    while (story.webhook.state === "active") {
      if (story.calls.length === 0) story.happen();
      [disabled] = story.answer("failed").facts;
      if (story.webhook.state === "active") {
        expect(disabled).to.equal(undefined);
        story.scene.nowMs += 6 * HOUR_MS;
        story.scene.settle();
      }
    }
    expect(story.scene.nowMs - failingMs).to.be.within(FAILING_MAX_MS, FAILING_MAX_MS + 12 * HOUR_MS);
    expect(disabled).to.deep.include({ type: "webhook.disabled", topic: "users", key: ADMIN.id });
    expect(story.webhook).to.include({ state: "disabled", failure: "500: no" });
    const before = story.deliveries.length;
    story.happen();
    expect(story.deliveries).to.have.length(before);
  });

  it("NOT-1: what waits when a subscription is paused or deleted has failed, and may be asked for again", () => {
    const story = new Story();
    story.happen(PLACES + 2);
    const { id: webhookId } = story;
    story.scene.tell(command("webhook.change", { webhookId, active: false }, ADMIN));
    story.scene.settle();
    expect(story.deliveries.slice(PLACES).map(({ state }) => state)).to.deep.equal(["failed", "failed"]);
    for (const call of story.calls) story.answer("failed", call);
    expect(story.deliveries.map(({ state }) => state)).to.deep.equal(Array(PLACES + 2).fill("failed"));
    expect(story.webhook).to.include({ underWay: 0, waiting: 0, state: "paused" });
    const span = { from: "2026-01-01T00:00:00.000Z", to: "2027-01-01T00:00:00.000Z" };
    const early = story.scene.tell(command("webhook.resend", { webhookId, ...span }, ADMIN)).answers[0];
    expect(early).to.include({ accepted: false, code: "webhook_not_active" });
    story.scene.tell(command("webhook.change", { webhookId, active: true }, ADMIN));
    story.scene.tell(command("webhook.resend", { webhookId, ...span }, ADMIN));
    story.scene.settle();
    expect(story.calls).to.have.length(PLACES);
    expect(story.webhook).to.include({ underWay: PLACES, waiting: 2 });
    expect(new Set(story.calls.map(({ deliveryId }) => deliveryId)).size).to.equal(PLACES);
  });

  it("NOT-1: a retry heeds what has changed: another address is called, a deleted subscription is not", () => {
    const story = new Story();
    const { id: webhookId } = story;
    story.happen();
    story.answer("failed");
    story.scene.tell(command("webhook.change", { webhookId, url: "https://new.example/" }, ADMIN));
    story.passTime();
    expect(story.calls[0]).to.include({ url: "https://new.example/" });
    story.answer("failed");
    story.scene.tell(command("webhook.delete", { webhookId }, ADMIN));
    story.passTime();
    expect(story.calls).to.deep.equal([]);
    expect(story.deliveries[0]).to.include({ state: "failed" });
  });

  it("NOT-1 AUTH-2: by admins alone, a hundred at most, none that is not there", () => {
    const story = new Story();
    const create = (sender = ADMIN) =>
      story.scene.tell(
        command("webhook.create", { url: "https://x.example/", types: ["day.closed"] }, sender),
      ).answers[0];
    expect(create(person("manager"))).to.include({ accepted: false, code: "not_allowed" });
    for (let at = 1; at < WEBHOOKS_MAX; at++) expect(create()?.accepted).to.equal(true);
    expect(create()).to.include({ accepted: false, code: "too_many_webhooks" });
    const { id: webhookId } = story;
    story.scene.tell(command("webhook.delete", { webhookId }, ADMIN));
    expect(create()?.accepted).to.equal(true);
    const again = story.scene.tell(command("webhook.delete", { webhookId }, ADMIN)).answers[0];
    expect(again).to.include({ accepted: false, code: "webhook_not_found" });
  });
});
