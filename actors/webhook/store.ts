/** The webhook actor's tables: webhooks, webhook_deliveries. */
import { firstUuidOf, type UserId, type Uuid } from "../../schemas/ids.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import {
  type Delivery,
  type DeliveryState,
  deliveryKey,
  isDelivery,
  isWebhook,
  type Webhook,
  type WebhookEntity,
  webhookKey,
} from "./state.ts";

interface WebhookRow {
  id: Uuid;
  url: string;
  types: string[];
  description: string;
  state: Webhook["state"];
  secret_version: number;
  previous_until: string | null;
  failing_since: string | null;
  failure: string | null;
  deliveries: number;
  under_way: number;
  waiting: number;
  created_by: UserId;
  created_at: string;
  changed_at: string;
}

interface DeliveryRow {
  id: Uuid;
  webhook_id: Uuid;
  number: number;
  fact_id: Uuid;
  type: string;
  body: string;
  state: DeliveryState;
  attempts: number;
  started_at: string;
  next_attempt_at: string | null;
  status: number | null;
  failure: string | null;
  duration_ms: number | null;
  created_at: string;
  updated_at: string;
}

const WEBHOOK_COLUMNS = `id, url, types, description, state, secret_version, previous_until, failing_since, failure,
  deliveries, under_way, waiting, created_by, created_at, changed_at`;
const DELIVERY_COLUMNS = `id, webhook_id, number, fact_id, type, body, state, attempts, started_at, next_attempt_at,
  status, failure, duration_ms, created_at, updated_at`;

export const webhookStore: ActorStore<WebhookEntity> = {
  async open(db) {
    const { rows } = await db.query<WebhookRow>(
      `select ${WEBHOOK_COLUMNS} from webhooks where state <> 'deleted' order by created_at, id`,
    );
    return rows.map(webhookOf);
  },
  async load(db, _partition, keys) {
    const webhooks = named(keys, "webhook/");
    const deliveries = named(keys, "delivery/");
    return [
      ...(webhooks.length > 0 ? await selectWebhooks(db, webhooks) : []),
      ...(deliveries.length > 0 ? await selectDeliveries(db, deliveries) : []),
    ];
  },
  async page(db, _partition, { name, within = {}, after, limit }) {
    if (name === "line") return selectLine(db, within.webhookId ?? "", limit);
    if (name === "old") return selectOld(db, within.before ?? "", limit);
    return selectRange(db, within, Number(after ?? 0), limit);
  },
  save(saves) {
    const deliveries = changedOf(saves, isDelivery);
    return [
      ...upsertWebhooks(changedOf(saves, isWebhook)),
      ...upsertDeliveries(deliveries.filter(({ state }) => state !== "forgotten")),
      ...deleteDeliveries(deliveries.filter(({ state }) => state === "forgotten")),
    ];
  },
};

function named(keys: readonly string[], prefix: string): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

async function selectWebhooks(db: Db, ids: readonly string[]): Promise<Webhook[]> {
  const { rows } = await db.query<WebhookRow>(
    `select ${WEBHOOK_COLUMNS} from webhooks where id = any($1::uuid[])`,
    [ids],
  );
  return rows.map(webhookOf);
}

async function selectDeliveries(db: Db, ids: readonly string[]): Promise<Delivery[]> {
  const { rows } = await db.query<DeliveryRow>(
    `select ${DELIVERY_COLUMNS} from webhook_deliveries where id = any($1::uuid[])`,
    [ids],
  );
  return rows.map(deliveryOf);
}

/** What waits for its turn, first come first. */
async function selectLine(db: Db, webhookId: string, limit: number): Promise<Delivery[]> {
  const { rows } = await db.query<DeliveryRow>(
    `select ${DELIVERY_COLUMNS} from webhook_deliveries
      where webhook_id = $1::uuid and state = 'waiting' order by number limit $2`,
    [webhookId, limit],
  );
  return rows.map(deliveryOf);
}

/** What of a span of time may be sent again: both bounds included. */
async function selectRange(
  db: Db,
  { webhookId, from, to, also }: Readonly<Record<string, string>>,
  after: number,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await db.query<DeliveryRow>(
    `select ${DELIVERY_COLUMNS} from webhook_deliveries
      where webhook_id = $1::uuid and number > $2::bigint and created_at between $3::timestamptz and $4::timestamptz
        and (state = 'failed' or state = $5::text) order by number limit $6`,
    [webhookId, after, from, to, also, limit],
  );
  return rows.map(deliveryOf);
}

/** What ended before a moment; found by its id, which begins with when its fact came. */
async function selectOld(db: Db, before: string, limit: number): Promise<Delivery[]> {
  const { rows } = await db.query<DeliveryRow>(
    `select ${DELIVERY_COLUMNS} from webhook_deliveries
      where id < $1::uuid and state in ('delivered', 'failed') and updated_at < $2::timestamptz
      order by id limit $3`,
    [firstUuidOf(Date.parse(before)), before, limit],
  );
  return rows.map(deliveryOf);
}

function webhookOf(row: WebhookRow): Webhook {
  return {
    key: webhookKey(row.id),
    id: row.id,
    url: row.url,
    types: row.types,
    description: row.description,
    state: row.state,
    secretVersion: row.secret_version,
    previousUntil: row.previous_until ?? undefined,
    failingSince: row.failing_since ?? undefined,
    failure: row.failure ?? undefined,
    deliveries: row.deliveries,
    underWay: row.under_way,
    waiting: row.waiting,
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    key: deliveryKey(row.id),
    id: row.id,
    webhookId: row.webhook_id,
    number: row.number,
    factId: row.fact_id,
    type: row.type,
    body: row.body,
    state: row.state,
    attempts: row.attempts,
    startedAt: row.started_at,
    nextAttemptAt: row.next_attempt_at ?? undefined,
    status: row.status ?? undefined,
    failure: row.failure ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

const upsertWebhooks = (webhooks: readonly Webhook[]): Statement[] =>
  writing(
    "webhooks",
    `insert into webhooks (id, url, types, description, state, secret_version, previous_until, failing_since, failure,
                           deliveries, under_way, waiting, created_by, created_at, changed_at)
     select * from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::text[], $6::int[], $7::timestamptz[],
                          $8::timestamptz[], $9::text[], $10::bigint[], $11::int[], $12::int[], $13::uuid[],
                          $14::timestamptz[], $15::timestamptz[])
     on conflict (id) do update set url = excluded.url, types = excluded.types, description = excluded.description,
       state = excluded.state, secret_version = excluded.secret_version, previous_until = excluded.previous_until,
       failing_since = excluded.failing_since, failure = excluded.failure, deliveries = excluded.deliveries,
       under_way = excluded.under_way, waiting = excluded.waiting, changed_at = excluded.changed_at`,
    webhooks,
    ({ id }) => id,
    ({ url }) => url,
    ({ types }) => JSON.stringify(types),
    ({ description }) => description,
    ({ state }) => state,
    ({ secretVersion }) => secretVersion,
    ({ previousUntil }) => previousUntil,
    ({ failingSince }) => failingSince,
    ({ failure }) => failure,
    ({ deliveries }) => deliveries,
    ({ underWay }) => underWay,
    ({ waiting }) => waiting,
    ({ createdBy }) => createdBy,
    ({ createdAt }) => createdAt,
    ({ changedAt }) => changedAt,
  );

/** What is delivered is fixed by the first row: a later form moves only its life. */
const upsertDeliveries = (deliveries: readonly Delivery[]): Statement[] =>
  writing(
    "webhook-deliveries",
    `insert into webhook_deliveries (id, webhook_id, number, fact_id, type, body, state, attempts, started_at,
                                     next_attempt_at, status, failure, duration_ms, created_at, updated_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                          $8::int[], $9::timestamptz[], $10::timestamptz[], $11::int[], $12::text[], $13::int[],
                          $14::timestamptz[], $15::timestamptz[])
     on conflict (id) do update set state = excluded.state, attempts = excluded.attempts,
       started_at = excluded.started_at, next_attempt_at = excluded.next_attempt_at, status = excluded.status,
       failure = excluded.failure, duration_ms = excluded.duration_ms, updated_at = excluded.updated_at`,
    deliveries,
    ({ id }) => id,
    ({ webhookId }) => webhookId,
    ({ number }) => number,
    ({ factId }) => factId,
    ({ type }) => type,
    ({ body }) => body,
    ({ state }) => state,
    ({ attempts }) => attempts,
    ({ startedAt }) => startedAt,
    ({ nextAttemptAt }) => nextAttemptAt,
    ({ status }) => status,
    ({ failure }) => failure,
    ({ durationMs }) => durationMs,
    ({ createdAt }) => createdAt,
    ({ updatedAt }) => updatedAt,
  );

const deleteDeliveries = (deliveries: readonly Delivery[]): Statement[] =>
  writing(
    "webhook-deliveries-forgotten",
    "delete from webhook_deliveries where id = any($1::uuid[])",
    deliveries,
    ({ id }) => id,
  );
