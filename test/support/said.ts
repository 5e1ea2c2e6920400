/** Messages of tests: commands of people, facts of other actors. Ids are counted, so that a run can be run again. */
import { hash } from "node:crypto";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Company } from "../../schemas/company.ts";
import { dataschema, type Envelope, type Role } from "../../schemas/envelope.ts";
import type { CommandType, DataOf, Type } from "../../schemas/generated/messages.ts";
import { derivedUuid, type UserId, type Uuid } from "../../schemas/ids.ts";
import { minor } from "../../schemas/money.ts";
import { latestVersion } from "../../schemas/registry.ts";
import type { Sender } from "./client.ts";

/** A Monday in Berlin, long before and after which nothing happens to the clocks. */
export const FIRST_DATE = "2026-06-01" as BusinessDate;
export const NOON_MS = Date.parse("2026-06-01T10:00:00Z");

export const COMPANY: Company = {
  name: "UberPopug Inc",
  currency: "USD",
  timeZone: "Europe/Berlin",
  cutOff: "00:00",
  partitions: 2,
  secret: "of the tests",
  firstDate: FIRST_DATE,
  fee: { fromMinor: minor(10), toMinor: minor(20), stepMinor: minor(1) },
  reward: { fromMinor: minor(20), toMinor: minor(40), stepMinor: minor(1) },
  excludedRoles: ["manager", "admin"],
};

let count = 0;

/** The next of a row of ids, the same in every run of a file. */
export function nextId(): Uuid {
  count += 1;
  return derivedUuid(NOON_MS, "test", count);
}

export function person(role: Role = "employee"): Sender {
  return { id: nextId() as UserId, role };
}

export const SOURCE_OF_EDGE = "/ates/edge";

/** What the edge sends for somebody who is signed in. */
export function command<T extends CommandType>(type: T, data: DataOf[T], sender: Sender): Envelope<T> {
  const head = { source: SOURCE_OF_EDGE, senderid: sender.id, senderrole: sender.role, replyto: "test" };
  return {
    ...envelopeOf(type, data),
    ...head,
    fingerprint: hash("sha256", JSON.stringify(data)),
  } as Envelope<T>;
}

/** What another actor says: a fact, or a command that has no sender. */
export function heard<T extends Type>(type: T, data: DataOf[T], source = "/ates/test/0"): Envelope<T> {
  return { ...envelopeOf(type, data), source } as Envelope<T>;
}

function envelopeOf<T extends Type>(type: T, data: DataOf[T]): Envelope<T> {
  const id = nextId();
  return {
    specversion: "1.0",
    id,
    source: SOURCE_OF_EDGE,
    type,
    subject: "test",
    time: new Date(NOON_MS).toISOString(),
    datacontenttype: "application/json",
    dataschema: dataschema(type, latestVersion(type) ?? 0),
    partitionkey: "test",
    causationid: id,
    correlationid: id,
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data,
  } as unknown as Envelope<T>;
}

/** The fact that somebody was registered, for those who keep a replica. */
export function registered({ id, role }: Sender, name = "Popug"): Envelope<"user.registered"> {
  return heard("user.registered", {
    userId: id,
    email: `${id}@test.local`,
    name,
    role,
    locale: "en",
    notifications: { assigned: true, receipt: true, statement: true },
    occurredAt: new Date(NOON_MS).toISOString(),
  });
}
