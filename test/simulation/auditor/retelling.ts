/** Runs of the simulation as their auditor was told of them, to be told again to another one, with something wrong in it. */
import type { Entity } from "../../../actors/runtime/entities.ts";
import type { Lease, Writes } from "../../../actors/runtime/store.ts";
import type { Company } from "../../../schemas/company.ts";
import type { DataOf, FactType } from "../../../schemas/generated/messages.ts";
import type { Kind } from "../../../streams/topology.ts";
import { Auditor } from "../auditor.ts";
import { Random } from "../random.ts";
import { SimulatedDatabase } from "../store/database.ts";
import { companyOf } from "../workload.ts";
import { simulate } from "../world.ts";

export interface ToldCommit {
  readonly what: "commit";
  readonly kind: Kind;
  readonly partition: number;
  readonly writes: Writes;
}

export type Told =
  | ToldCommit
  | { readonly what: "paid"; readonly said: Parameters<Auditor["payoutPaid"]> }
  | { readonly what: "mailed"; readonly said: Parameters<Auditor["mailAccepted"]> };

export interface Lived {
  readonly company: Company;
  readonly told: readonly Told[];
}

/** A run, and everything that its auditor was told. */
export async function lived(seed: number, steps: number): Promise<Lived> {
  const told: Told[] = [];
  const { commit } = SimulatedDatabase.prototype;
  const { payoutPaid, mailAccepted } = Auditor.prototype;
  SimulatedDatabase.prototype.commit = function (lease, writes) {
    commit.call(this, lease, writes);
    told.push({ what: "commit", kind: lease.kind, partition: lease.partition, writes });
  };
  Auditor.prototype.payoutPaid = function (...said) {
    payoutPaid.apply(this, said);
    told.push({ what: "paid", said });
  };
  Auditor.prototype.mailAccepted = function (...said) {
    mailAccepted.apply(this, said);
    told.push({ what: "mailed", said });
  };
  try {
    const { failure } = await simulate({ seed, steps });
    if (failure !== undefined) throw failure;
  } finally {
    SimulatedDatabase.prototype.commit = commit;
    Object.assign(Auditor.prototype, { payoutPaid, mailAccepted });
  }
  return { company: companyOf(new Random(seed).fork("company")), told };
}

/** Tells it to an auditor of its own. Answers what is open at the end; throws what is violated. */
export function retell({ company, told }: Lived): string | undefined {
  const database = new SimulatedDatabase({ company, nowMs: () => 0, trace: () => {} });
  const auditor = new Auditor({ database, company });
  const leases = new Map<string, Lease>();
  for (const { kind, partition } of database.partitions.values()) {
    const lease = database.acquire("retelling", kind, partition, 0);
    if (lease !== undefined) leases.set(`${kind}/${partition}`, lease);
  }
  for (const each of told) {
    if (each.what === "paid") auditor.payoutPaid(...each.said);
    else if (each.what === "mailed") auditor.mailAccepted(...each.said);
    else database.commit(leases.get(`${each.kind}/${each.partition}`) as Lease, each.writes);
  }
  const open = auditor.open();
  if (open === undefined) auditor.check();
  return open;
}

/** Without brands, and free to be changed. */
export type Mutable<T> = T extends number
  ? number
  : T extends string
    ? string
    : T extends object
      ? { -readonly [K in keyof T]: Mutable<T[K]> }
      : T;
export type Draft = Mutable<ToldCommit>;

/** A copy that can be changed. */
export function draftOf(told: ToldCommit): Draft {
  return structuredClone(told) as unknown as Draft;
}

interface FactOf<T extends FactType> {
  type: string;
  topic: string;
  data: DataOfFact<T>;
}
export type DataOfFact<T extends FactType> = Mutable<DataOf[T]>;

/** The first fact of the type in the commit that is so. */
export function find<T extends FactType>(
  { writes }: Draft,
  type: T,
  isSo: (data: DataOfFact<T>, fact: FactOf<T>) => boolean = () => true,
): FactOf<T> | undefined {
  const facts = (writes.facts as unknown as { fact: FactOf<T> }[]).map(({ fact }) => fact);
  return facts.find((fact) => fact.type === type && isSo(fact.data, fact));
}

/** The first of the changed entities whose key begins so. */
export function changed<E extends object>({ writes }: Draft, prefix: string): Mutable<E> | undefined {
  const entities = writes.changed as unknown as (Mutable<E> & Entity)[];
  return entities.find(({ key }) => key.startsWith(prefix));
}
