/**
 * Webhooks (NOT-1): what an active subscription wants becomes one delivery, numbered without gaps, and is called under one
 * id with one body until the receiver has said yes; given up only when it was tried for a day, or nobody wants it any more;
 * and a subscription is switched off only when for days nothing has arrived.
 */
import type { Delivery, DeliveryState, Webhook, WebhookEntity } from "../../../actors/webhook/state.ts";
import type { WebhookDeliverV1 } from "../../../schemas/generated/messages.ts";
import { WEBHOOK_TYPES } from "../../../schemas/webhook-types.ts";
import { KINDS, type Topic } from "../../../streams/topology.ts";
import type { Commit } from "../store/database.ts";
import { demand, same } from "./demand.ts";

/** What is said elsewhere as well is told from here. */
const READ: ReadonlySet<Topic> = new Set(KINDS.webhook.reads);
const DAY_MS = 86_400_000;
/** A delivery is tried for a day: the last pause of it, four hours at most, may lead beyond its end. */
const TRIED_AT_LEAST_MS = DAY_MS - 4 * 3_600_000;
const FAILING_AT_LEAST_MS = 5 * DAY_MS;
/** Two hosts' clocks are off by as much. */
const SKEW_MS = 10_000;

interface Told {
  readonly id: string;
  readonly data: unknown;
  /** Which commit stated it, of all. */
  readonly at: number;
}

interface Subscription {
  row: Webhook;
  /** Since which commit it wants what it wants. */
  since: number;
  /** When something last arrived, or it was switched on. */
  wellMs: number;
  readonly addresses: Set<string>;
  readonly delivered: Set<string>;
  readonly states: Map<string, DeliveryState>;
  last: number;
}

export class WebhookBooks {
  readonly #facts = new Map<string, Told>();
  readonly #byType = new Map<string, Told[]>(WEBHOOK_TYPES.map((type) => [type, []]));
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #deliveries = new Map<string, Delivery>();
  /** Deliveries to which the receiver has said yes. */
  readonly #accepted = new Set<string>();
  #commits = 0;

  /** Every commit: what is stated in it may be wanted. */
  hearFacts({ writes }: Commit): void {
    this.#commits += 1;
    for (const { fact, id } of writes.facts) {
      const known = this.#byType.get(fact.type);
      if (known === undefined || !READ.has(fact.topic)) continue;
      const told = { id, data: fact.data, at: this.#commits };
      known.push(told);
      this.#facts.set(id, told);
    }
  }

  /** A commit of the webhook actor. */
  hear({ writes }: Commit): void {
    const changed = writes.changed as readonly WebhookEntity[];
    const before = new Map<string, Webhook | undefined>();
    for (const entity of changed) {
      if (!("types" in entity)) continue;
      before.set(entity.id, this.#subscriptions.get(entity.id)?.row);
      this.#subscribed(entity);
    }
    const deliveries = changed.filter((entity): entity is Delivery => "factId" in entity);
    for (const each of deliveries.sort((a, b) => a.number - b.number))
      this.#delivery(each, before.get(each.webhookId));
    for (const id of before.keys()) this.#counts(this.#of(id));
  }

  /** Outside: a receiver was called. */
  called({ webhookId, deliveryId, url, body }: WebhookDeliverV1, isAccepted: boolean): void {
    const delivery = this.#deliveries.get(deliveryId);
    const isKnown = delivery !== undefined && delivery.webhookId === webhookId;
    demand(isKnown, "NOT-1", () => `a receiver is called with ${deliveryId}, which is no delivery`);
    demand(delivery.body === body, "NOT-1", () => `delivery ${deliveryId} is called with another body`);
    const isThere = this.#of(webhookId).addresses.has(url);
    demand(isThere, "NOT-1", () => `delivery ${deliveryId} goes to ${url}, which nobody has subscribed`);
    if (isAccepted) this.#accepted.add(deliveryId);
  }

  /** What is on its way; what is tried again while its receiver refuses everything is not. */
  open(isHopeless: (url: string) => boolean): string | undefined {
    for (const { row, since, delivered, states } of this.#subscriptions.values()) {
      for (const type of row.state === "active" ? row.types : [])
        for (const { id, at } of this.#byType.get(type) ?? [])
          if (at > since && !delivered.has(id)) return `${type} ${id} has no delivery to ${row.url}`;
      for (const [id, state] of states) {
        const mayWait = state === "retrying" && isHopeless(row.url);
        const isOver = state === "delivered" || state === "failed";
        if (!mayWait && !isOver) return `delivery ${id} to ${row.url} is ${state}`;
      }
    }
    return undefined;
  }

  #subscribed(row: Webhook): void {
    const known = this.#subscriptions.get(row.id);
    if (known === undefined) {
      const fresh = { delivered: new Set<string>(), states: new Map(), last: 0 };
      const wellMs = Date.parse(row.createdAt);
      const own = { row, since: this.#commits, wellMs, addresses: new Set([row.url]), ...fresh };
      this.#subscriptions.set(row.id, own);
      return;
    }
    const { state, types } = known.row;
    if (row.state === "disabled" && state === "active") this.#mayBeDisabled(known, row);
    if (state !== row.state || !same(types, row.types)) known.since = this.#commits;
    if (state !== row.state && row.state === "active") known.wellMs = Date.parse(row.changedAt);
    known.addresses.add(row.url);
    known.row = row;
  }

  #mayBeDisabled({ wellMs }: Subscription, { id, changedAt }: Webhook): void {
    const forMs = Date.parse(changedAt) - wellMs;
    const isLong = forMs >= FAILING_AT_LEAST_MS - SKEW_MS;
    demand(isLong, "NOT-1", () => `webhook ${id} is disabled ${forMs} ms after it was well`);
  }

  #delivery(delivery: Delivery, before: Webhook | undefined): void {
    const { id, webhookId, state, updatedAt } = delivery;
    const own = this.#of(webhookId);
    const known = this.#deliveries.get(id);
    if (known === undefined) this.#isNew(delivery, own, before);
    else demand(known.body === delivery.body, "NOT-1", () => `delivery ${id} has another body now`);
    this.#deliveries.set(id, delivery);
    own.states.set(id, state);
    if (state === known?.state) return;
    if (state === "delivered") {
      demand(this.#accepted.has(id), "NOT-1", () => `delivery ${id} is called delivered, and nobody took it`);
      own.wellMs = Math.max(own.wellMs, Date.parse(updatedAt));
    }
    if (state === "failed") this.#mayFail(delivery, own, before);
  }

  #isNew({ id, number, factId, type, body }: Delivery, own: Subscription, before: Webhook | undefined): void {
    const what = `delivery ${id} of ${type} ${factId}`;
    demand(number === own.last + 1, "NOT-1", () => `${what} has number ${number} after ${own.last}`);
    own.last = number;
    const told = this.#facts.get(factId);
    demand(told !== undefined, "NOT-1", () => `${what}, which nobody has stated`);
    const isFirst = !own.delivered.has(factId);
    demand(isFirst, "NOT-1", () => `${what} is the second one for ${own.row.url}`);
    own.delivered.add(factId);
    const wanting = [own.row, ...(before === undefined ? [] : [before])];
    const isWanted = wanting.some(({ types }) => types.includes(type));
    demand(isWanted, "NOT-1", () => `${what}, which ${own.row.url} does not want`);
    const event = JSON.parse(body) as { id?: string; type?: string; data?: unknown };
    const isIt = event.id === factId && event.type === type && same(event.data, told.data);
    demand(isIt, "NOT-1", () => `${what} says something else: ${body}`);
  }

  #mayFail(delivery: Delivery, { row }: Subscription, before: Webhook | undefined): void {
    const isWanted = row.state === "active" && (before?.state ?? "active") === "active";
    const triedMs = Date.parse(delivery.updatedAt) - Date.parse(delivery.startedAt);
    const isOver = triedMs >= TRIED_AT_LEAST_MS - SKEW_MS;
    demand(!isWanted || isOver, "NOT-1", () => `delivery ${delivery.id} is given up after ${triedMs} ms`);
  }

  #counts({ row, states }: Subscription): void {
    let [calling, waiting] = [0, 0];
    for (const state of states.values()) {
      if (state === "calling") calling += 1;
      if (state === "waiting") waiting += 1;
    }
    const isSo = row.underWay === calling && row.waiting === waiting;
    demand(isSo, "NOT-1", () => {
      return `webhook ${row.id} counts ${row.underWay} calls and ${row.waiting} that wait; there are ${calling} and ${waiting}`;
    });
  }

  #of(id: string): Subscription {
    const own = this.#subscriptions.get(id);
    demand(own !== undefined, "NOT-1", () => `webhook ${id} was never created`);
    return own;
  }
}
