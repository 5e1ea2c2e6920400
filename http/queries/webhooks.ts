/** Webhooks and their delivery log, for admins (NOT-1). */
import type { Knex } from "knex";
import type { Uuid } from "../../schemas/ids.ts";
import type { DeliveryResource, WebhookResource } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";
import { rowsOf } from "./statement.ts";

const WEBHOOK = `id, url, types, description, state, secret_version as "secretVersion",
  previous_until as "previousSecretUntil", failing_since as "failingSince", failure, created_at as "createdAt",
  changed_at as "changedAt"`;

/** To the reader a delivery that waits, is called or is to be tried again is on its way. */
const STATE = "case when state in ('delivered', 'failed') then state else 'pending' end";
const DELIVERY = `id, number, fact_id as "factId", type, ${STATE} as state, attempts,
  next_attempt_at as "nextAttemptAt", status, failure, duration_ms as "durationMs", created_at as "createdAt",
  updated_at as "updatedAt"`;

const WEBHOOKS = "webhooks";

export const DELIVERY_STATES: readonly DeliveryResource["state"][] = ["pending", "delivered", "failed"];

export interface DeliveryListRequest extends PageRequest {
  readonly state?: DeliveryResource["state"];
}

/** The oldest first. A deleted one keeps its row, so its place in the list can still be found. */
export async function listWebhooks(database: Knex, request: PageRequest): Promise<Page<WebhookResource>> {
  const { cursor } = request;
  const [after] = cursor === undefined ? [null] : decodeCursor(WEBHOOKS, cursor, ["uuid"]);
  const rows = await rowsOf<WebhookResource>(database, {
    text: `select ${WEBHOOK} from webhooks
            where state <> 'deleted' and ($1::uuid is null
              or (created_at, id) > (select created_at, id from webhooks where id = $1::uuid))
            order by created_at, id limit $2`,
    values: [after, pageSize(request) + 1],
  });
  return cutPage(
    rows,
    pageSize(request),
    WEBHOOKS,
    ({ id }) => [id],
    (row) => row,
  );
}

export async function findWebhook(database: Knex, id: Uuid): Promise<WebhookResource | undefined> {
  const text = `select ${WEBHOOK} from webhooks where id = $1::uuid and state <> 'deleted'`;
  return (await rowsOf<WebhookResource>(database, { text, values: [id] }))[0];
}

const LIST = "deliveries";

/** The newest fact first. */
export async function listDeliveries(
  database: Knex,
  webhookId: Uuid,
  request: DeliveryListRequest,
): Promise<Page<DeliveryResource>> {
  const { cursor, state } = request;
  const [before] = cursor === undefined ? [null] : decodeCursor(LIST, cursor, ["int8"]);
  const rows = await rowsOf<DeliveryResource>(database, {
    text: `select ${DELIVERY} from webhook_deliveries
            where webhook_id = $1::uuid and ($2::bigint is null or number < $2::bigint)
              and ($3::text is null or ${STATE} = $3::text)
            order by number desc limit $4`,
    values: [webhookId, before, state ?? null, pageSize(request) + 1],
  });
  return cutPage(
    rows,
    pageSize(request),
    LIST,
    ({ number }) => [number],
    (row) => row,
  );
}
