/** What a partition is given: its lease, its kind, and everything of the outside as an argument. */
import type { Tracer } from "@opentelemetry/api";
import type { Logger } from "pino";
import type { Company } from "../../schemas/company.ts";
import type { RedisFactory } from "../../streams/connection.ts";
import type { Actor } from "./actor.ts";
import type { Gateways } from "./agenda.ts";
import type { Clock } from "./clock.ts";
import type { Delivery } from "./delivery.ts";
import type { Entities, Entity } from "./entities.ts";
import type { RuntimeMetrics } from "./metrics.ts";
import type { RetryLimits } from "./parking.ts";
import type { Lease, RuntimeStore } from "./store.ts";

export interface PartitionLimits extends RetryLimits {
  readonly batchEntriesMax: number;
  readonly batchBytesMax: number;
  readonly mailboxBytesMax: number;
  /** Hot entities per partition. */
  readonly hotEntitiesMax: number;
}

export interface PartitionOptions {
  readonly lease: Lease;
  readonly actor: Actor<Entity, Entities<Entity>>;
  readonly store: RuntimeStore;
  readonly company: Company;
  readonly connect: RedisFactory;
  readonly delivery: Delivery;
  readonly gateways: Gateways;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly logger: Logger;
  readonly limits: PartitionLimits;
  readonly metrics: RuntimeMetrics;
}
