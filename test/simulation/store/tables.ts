/**
 * What the stores of the actor kinds (actors/<kind>/store.ts) make of entities, without SQL: which of them become rows,
 * what the first form of a row fixes for ever, what is unique, and what is read at `open`, by key and by page. That it is
 * the same is shown on both by the contract (contract.ts), and by runs that are repeated on Postgres.
 */
import type { Account } from "../../../actors/account/state.ts";
import type { Day, DayEntity } from "../../../actors/day-close/state.ts";
import { type DirectoryEntity, emailKey, type User, userKey } from "../../../actors/directory/state.ts";
import type { Payout } from "../../../actors/payment/state.ts";
import type { PageRequest } from "../../../actors/runtime/actor.ts";
import type { Entity } from "../../../actors/runtime/entities.ts";
import { DataRefused } from "../../../actors/runtime/store.ts";
import type { SchedulePerson } from "../../../actors/scheduler/state.ts";
import { type BoardEntity, isShuffled, type Task } from "../../../actors/task-board/state.ts";
import { type Delivery, isDelivery, isWebhook, type WebhookEntity } from "../../../actors/webhook/state.ts";
import { parseBusinessDate } from "../../../schemas/business-date.ts";
import { isUuid } from "../../../schemas/ids.ts";
import type { Kind } from "../../../streams/topology.ts";

export interface Row {
  readonly partition: number;
  readonly entity: Entity;
}

export interface Table {
  /** Entities of which each partition has its own. */
  readonly isOfPartition: (key: string) => boolean;
  /** Entities that are written; the others only accompany them. */
  readonly isRow: (entity: Entity) => boolean;
  /** Properties that a row keeps from its first form. */
  readonly fixed: readonly string[];
  /** What only one row may have. */
  readonly unique: (entity: Entity) => string | undefined;
  readonly isLawful: (entity: Entity) => boolean;
  readonly open: (rows: readonly Row[], partition: number) => readonly Entity[];
  /** Names of rows that stand for the key; throws what Postgres refuses. */
  readonly load: (key: string, read: (name: string) => Entity | undefined) => readonly Entity[];
  /** Where a page finds a row, as an index of the real table does; without it pages are of all rows. */
  readonly shelf?: {
    readonly of: (entity: Entity) => string;
    readonly for: (request: PageRequest) => string[];
  };
  readonly page: (rows: readonly Row[], partition: number, request: PageRequest) => readonly Entity[];
}

const PLAIN: Table = {
  isOfPartition: () => false,
  isRow: () => true,
  fixed: [],
  unique: () => undefined,
  isLawful: () => true,
  open: () => [],
  load: (key, read) => one(read(key)),
  page: () => [],
};

export const TABLES: Readonly<Record<Kind, Table>> = {
  directory: {
    ...PLAIN,
    isRow: (entity) => "role" in (entity as DirectoryEntity),
    fixed: ["email", "createdAt"],
    unique: (entity) => (entity as User).email,
    open: (rows) => entitiesOf(rows).filter((user) => (user as User).role === "admin"),
    load: loadPeople,
  },
  "task-board": {
    ...PLAIN,
    fixed: ["number", "createdBy", "feeMinor", "rewardMinor", "createdAt"],
    unique: (entity) => ("status" in (entity as BoardEntity) ? `${(entity as Task).number}` : undefined),
    open: openBoard,
    load: (key, read) => (key.startsWith("task/") ? one(read(uuidKey(key))) : []),
  },
  bookkeeper: {
    ...PLAIN,
    fixed: ["accountId", "kind", "amountMinor", "reason", "proposedBy", "proposedAt"],
    load: (key, read) => one(read(uuidKey(key))),
  },
  account: {
    ...PLAIN,
    isOfPartition: (key) => !key.startsWith("account/"),
    open: (rows, partition) =>
      entitiesOf(rows.filter((row) => row.partition === partition && !("entries" in row.entity))),
    load: (key, read) => one(read(uuidKey(key))),
    page: pageOfPositive,
  },
  "day-close": {
    ...PLAIN,
    isRow: (entity) => "state" in (entity as DayEntity),
    open: openLastSeal,
    load: (key, read) => one(read(dateKey(key))),
  },
  payment: {
    ...PLAIN,
    fixed: ["accountId", "businessDate", "amountMinor", "breakdown", "payee"],
    unique: (entity) => (isPayout(entity) ? `${entity.accountId} ${entity.businessDate}` : undefined),
    isLawful: (entity) => !isPayout(entity) || entity.amountMinor > 0,
    load: (key, read) => one(read(uuidKey(key))),
  },
  mailer: {
    ...PLAIN,
    fixed: ["userId", "template", "businessDate", "createdAt"],
    load: (key, read) => one(read(uuidKey(key))),
  },
  analytics: {
    ...PLAIN,
    isOfPartition: (key) => key.startsWith("income/"),
    load: (key, read) => (key.startsWith("income/") ? one(read(dateKey(key))) : []),
  },
  webhook: {
    ...PLAIN,
    fixed: ["webhookId", "number", "factId", "type", "body", "createdBy", "createdAt"],
    unique: (entity) => (isDelivery(entity as WebhookEntity) ? numberOf(entity as Delivery) : undefined),
    open: (rows) => entitiesOf(rows).filter((entity) => isAlive(entity as WebhookEntity)),
    load: (key, read) => one(read(uuidKey(key))),
    shelf: { of: shelfOfDelivery, for: shelvesOfDeliveries },
    page: pageOfDeliveries,
  },
  scheduler: {
    ...PLAIN,
    open: (rows) => entitiesOf(rows).filter((entity) => !("role" in entity)),
    load: (key, read) => one(read(uuidKey(key))),
    page: pageOfPeople,
  },
};

function isPayout(entity: Entity): entity is Payout {
  return "amountMinor" in entity;
}

function one(entity: Entity | undefined): readonly Entity[] {
  return entity === undefined ? [] : [entity];
}

function entitiesOf(rows: readonly Row[]): Entity[] {
  return rows.map(({ entity }) => entity);
}

/** A person is found by id or by address, and each brings the other. */
function loadPeople(key: string, read: (name: string) => Entity | undefined): readonly Entity[] {
  const user = read(key.startsWith("user/") ? uuidKey(key) : key) as User | undefined;
  return user === undefined ? [] : [user, { key: emailKey(user.email), userId: user.id } as Entity];
}

/** The row's names: a user is also found by the address. */
export function namesOf(kind: Kind, entity: Entity): readonly string[] {
  return kind === "directory"
    ? [userKey((entity as User).id), emailKey((entity as User).email)]
    : [entity.key];
}

function openBoard(rows: readonly Row[]): readonly Entity[] {
  const entities = entitiesOf(rows) as BoardEntity[];
  const open = entities.filter((each): each is Task => "status" in each && isShuffled(each));
  return [...entities.filter((each) => !("status" in each)), ...open.sort((a, b) => a.number - b.number)];
}

function pageOfPositive(
  rows: readonly Row[],
  partition: number,
  { name, businessDate, after = "", limit }: PageRequest,
): readonly Entity[] {
  const positive = rows.flatMap((row) => {
    const account = row.entity as Account;
    if (row.partition !== partition || !("entries" in account) || account.id <= after) return [];
    if (name === "everybody") return [account];
    return account.balanceMinor > 0 && (account.lastDate ?? "9999") <= (businessDate ?? "") ? [account] : [];
  });
  return positive.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}

const numberOf = ({ webhookId, number }: Delivery): string => `${webhookId} ${number}`;

function isAlive(entity: WebhookEntity): boolean {
  return isWebhook(entity) && entity.state !== "deleted";
}

/** A subscription itself stands on one of its own, where nobody looks. */
function shelfOfDelivery(entity: Entity): string {
  const { webhookId, state } = entity as Delivery;
  return `${webhookId} ${state}`;
}

/** No other page is asked for as often: it looks at the deliveries of one subscription in the states that it wants. */
function shelvesOfDeliveries({ name, within = {} }: PageRequest): string[] {
  const states = name === "line" ? ["waiting"] : ["failed", within.also ?? ""];
  return [...new Set(states)].map((state) => `${within.webhookId} ${state}`);
}

function pageOfDeliveries(
  rows: readonly Row[],
  _partition: number,
  { name, within = {}, after, limit }: PageRequest,
): readonly Entity[] {
  const { from = "", to = "" } = within;
  const found: Delivery[] = [];
  for (const { entity } of rows) {
    const each = entity as Delivery;
    if (name !== "line" && (each.createdAt < from || each.createdAt > to)) continue;
    if (each.number > Number(after ?? 0)) found.push(each);
  }
  return found.sort((a, b) => a.number - b.number).slice(0, limit);
}

function pageOfPeople(
  rows: readonly Row[],
  _partition: number,
  { after = "", limit }: PageRequest,
): readonly Entity[] {
  const people = entitiesOf(rows).filter((each): each is SchedulePerson => "role" in each);
  return people
    .filter(({ id }) => id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}

function openLastSeal(rows: readonly Row[]): readonly Entity[] {
  const closed = (entitiesOf(rows) as Day[]).filter(({ state }) => state === "closed");
  const last = closed.sort((a, b) => (a.businessDate < b.businessDate ? 1 : -1))[0];
  return last === undefined ? [] : [{ key: "last-seal", sealHash: last.sealHash } as Entity];
}

/** Postgres casts the key: what is no uuid names nothing, and is refused. */
function uuidKey(key: string): string {
  const id = key.slice(key.indexOf("/") + 1);
  if (!isUuid(id)) throw new DataRefused(`invalid input syntax for type uuid: "${id}"`);
  return key;
}

function dateKey(key: string): string {
  const date = key.slice(key.indexOf("/") + 1);
  if (parseBusinessDate(date) === undefined)
    throw new DataRefused(`invalid input syntax for type date: "${date}"`);
  return key;
}
