/**
 * The webhook actor's working set (NOT-1): every subscription, and the deliveries as they are touched. One partition, so
 * that a subscription hears of everything and its deliveries have one order.
 */
import type { Type } from "../../schemas/generated/messages.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import { Entities } from "../runtime/entities.ts";

export interface Webhook {
  readonly key: `webhook/${string}`;
  readonly id: Uuid;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string;
  /** `paused` by an admin, `disabled` after days of failing, `deleted` for good. */
  readonly state: "active" | "paused" | "disabled" | "deleted";
  /** Of the secret that it is signed with; the one before signs, too, until `previousUntil`. */
  readonly secretVersion: number;
  readonly previousUntil: string | undefined;
  /** Since when no delivery has succeeded; undefined: the last one did. */
  readonly failingSince: string | undefined;
  readonly failure: string | undefined;
  /** How many deliveries there are: the number of the last one. */
  readonly deliveries: number;
  /** Calls under way, and deliveries that wait for one of their places. */
  readonly underWay: number;
  readonly waiting: number;
  readonly createdBy: UserId;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** `forgotten`: its row goes with the commit. */
export type DeliveryState = "waiting" | "calling" | "retrying" | "delivered" | "failed" | "forgotten";

export interface Delivery {
  readonly key: `delivery/${string}`;
  /** Also the webhook-id header: the same however often it is delivered. */
  readonly id: Uuid;
  readonly webhookId: Uuid;
  /** The order in which the facts came, from 1 without gaps. */
  readonly number: number;
  readonly factId: Uuid;
  readonly type: string;
  /** The CloudEvent, as it is delivered. */
  readonly body: string;
  readonly state: DeliveryState;
  /** Since it was put in line. */
  readonly attempts: number;
  readonly startedAt: string;
  readonly nextAttemptAt: string | undefined;
  /** Of the last attempt. */
  readonly status: number | undefined;
  readonly failure: string | undefined;
  readonly durationMs: number | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type WebhookEntity = Webhook | Delivery;

export const webhookKey = (id: string): `webhook/${string}` => `webhook/${id}`;
export const deliveryKey = (id: string): `delivery/${string}` => `delivery/${id}`;

export const isWebhook = (entity: WebhookEntity): entity is Webhook => "types" in entity;
export const isDelivery = (entity: WebhookEntity): entity is Delivery => "webhookId" in entity;

export class WebhookState extends Entities<WebhookEntity> {
  readonly #alive = new Map<Uuid, Webhook>();
  #heeded: ReadonlySet<Type> = new Set();

  /** Those that are not deleted, the oldest first. */
  get alive(): readonly Webhook[] {
    return [...this.#alive.values()];
  }

  /** The types that somebody wants now: facts of others are not even read. */
  get heeded(): ReadonlySet<Type> {
    return this.#heeded;
  }

  webhook(id: string): Webhook | undefined {
    return this.get(webhookKey(id)) as Webhook | undefined;
  }

  delivery(id: string): Delivery | undefined {
    const delivery = this.get(deliveryKey(id)) as Delivery | undefined;
    return delivery?.state === "forgotten" ? undefined : delivery;
  }

  protected override pinned(entity: WebhookEntity): boolean {
    return isWebhook(entity) && entity.state !== "deleted";
  }

  protected override indexed(previous: WebhookEntity | undefined, next: WebhookEntity): void {
    if (!isWebhook(next)) return;
    if (next.state === "deleted") this.#alive.delete(next.id);
    else this.#alive.set(next.id, next);
    const before = previous as Webhook | undefined;
    if (before?.state === next.state && before.types === next.types) return;
    const active = this.alive.filter(({ state }) => state === "active");
    this.#heeded = new Set(active.flatMap(({ types }) => types as readonly Type[]));
  }
}
