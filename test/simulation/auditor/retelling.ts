/** Runs of the simulation as their auditor was told of them, to be told again to another one, with something wrong in it. */
import type { Entity } from "../../../actors/runtime/entities.ts";
import type { Lease, Writes } from "../../../actors/runtime/store.ts";
import type { Company } from "../../../schemas/company.ts";
import type { DataOf, FactType } from "../../../schemas/generated/messages.ts";
import type { Kind } from "../../../streams/topology.ts";
import { Auditor } from "../auditor.ts";
import type { Witness } from "../gateways.ts";
import { Random } from "../random.ts";
import { SimulatedDatabase } from "../store/database.ts";
import { companyOf } from "../workload.ts";
import { simulate } from "../world.ts";

export interface ToldCommit {
  readonly what: "commit";
  readonly kind: Kind;
  readonly partition: number;
  readonly writes: Writes;
  readonly wallMs: number;
}

/** What a witness says, by the name of its method. */
type Heard = keyof Witness;
const HEARD = [
  "payoutAsked",
  "payoutPaid",
  "payoutBounced",
  "mailAccepted",
  "webhookCalled",
] as const satisfies readonly Heard[];

export type Told =
  | ToldCommit
  | { [H in Heard]: { readonly what: H; readonly said: Parameters<Witness[H]> } }[Heard];

export interface Lived {
  readonly company: Company;
  readonly told: readonly Told[];
}

/** A run, and everything that its auditor was told. */
export async function lived(seed: number, steps: number): Promise<Lived> {
  const told: Told[] = [];
  const { commit } = SimulatedDatabase.prototype;
  const witness = Object.fromEntries(HEARD.map((what) => [what, Auditor.prototype[what]]));
  SimulatedDatabase.prototype.commit = function (lease, writes) {
    commit.call(this, lease, writes);
    told.push({ what: "commit", kind: lease.kind, partition: lease.partition, writes, wallMs: this.wallMs });
  };
  for (const what of HEARD) listenTo(what, told);
  try {
    const { failure } = await simulate({ seed, steps });
    if (failure !== undefined) throw failure;
  } finally {
    SimulatedDatabase.prototype.commit = commit;
    Object.assign(Auditor.prototype, witness);
  }
  return { company: companyOf(new Random(seed).fork("company")), told };
}

function listenTo<H extends Heard>(what: H, told: Told[]): void {
  const hear = Auditor.prototype[what] as (...said: unknown[]) => void;
  Object.assign(Auditor.prototype, {
    [what](this: Auditor, ...said: unknown[]) {
      hear.apply(this, said);
      told.push({ what, said } as unknown as Told);
    },
  });
}

function say(auditor: Auditor, what: Heard, said: readonly unknown[]): void {
  (auditor[what] as (...said: readonly unknown[]) => void)(...said);
}

/** Tells it to an auditor of its own. Answers what is open at the end; throws what is violated. */
export function retell({ company, told }: Lived): string | undefined {
  let wallMs = 0;
  const clocks = { nowMs: () => 0, wallMs: () => wallMs };
  const database = new SimulatedDatabase({ company, ...clocks, trace: () => {} });
  const auditor = new Auditor({ database, company });
  const leases = new Map<string, Lease>();
  for (const { kind, partition } of database.partitions.values()) {
    const lease = database.acquire("retelling", kind, partition, 0);
    if (lease !== undefined) leases.set(`${kind}/${partition}`, lease);
  }
  for (const each of told) {
    if (each.what !== "commit") {
      say(auditor, each.what, each.said);
      continue;
    }
    wallMs = each.wallMs;
    database.commit(leases.get(`${each.kind}/${each.partition}`) as Lease, each.writes);
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

/** The first of the changed entities whose key begins so, and which is so. */
export function changed<E extends object>(
  { writes }: Draft,
  prefix: string,
  isSo: (entity: Mutable<E>) => boolean = () => true,
): Mutable<E> | undefined {
  const entities = writes.changed as unknown as (Mutable<E> & Entity)[];
  return entities.find((entity) => entity.key.startsWith(prefix) && isSo(entity));
}
