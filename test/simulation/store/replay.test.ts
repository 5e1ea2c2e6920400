/**
 * Runs of the simulation, repeated on Postgres: every commit of a run goes through the production's stores as well, and
 * what is then there is the same. `ates verify` judges it too: it and the auditor must agree.
 */
import { expect } from "chai";
import type { Pool } from "pg";
import { PostgresStore } from "../../../actors/runtime/postgres-store.ts";
import type { Lease, Opened } from "../../../actors/runtime/store.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import { verifyLedger } from "../../../ops/verify/verify-ledger.ts";
import type { Company } from "../../../schemas/company.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { newWorld } from "../../support/world.ts";
import { Random } from "../random.ts";
import { companyOf } from "../workload.ts";
import { simulate } from "../world.ts";
import { type Commit, SimulatedDatabase } from "./database.ts";
import { writes } from "./under-test.ts";

const SEEDS = [3, 8];
const STEPS = 2_500;

interface Lived {
  readonly database: SimulatedDatabase;
  readonly commits: readonly Commit[];
}

/** A run, with everything that was committed in it. */
async function lived(seed: number): Promise<Lived> {
  const commits: Commit[] = [];
  const databases = new Set<SimulatedDatabase>();
  const { commit } = SimulatedDatabase.prototype;
  SimulatedDatabase.prototype.commit = function (lease, writes) {
    commit.call(this, lease, writes);
    databases.add(this);
    commits.push({ lease, writes, before: writes.position, wallMs: this.wallMs });
  };
  try {
    const { failure } = await simulate({ seed, steps: STEPS });
    expect(failure).to.equal(undefined);
  } finally {
    SimulatedDatabase.prototype.commit = commit;
  }
  const [database] = databases;
  if (database === undefined) throw new Error(`nothing was committed in the run of seed ${seed}`);
  return { database, commits };
}

/** Rows have no order of their own, and JSON columns know no `undefined`. */
const inOrder = (entities: readonly { readonly key: string }[]): unknown =>
  JSON.parse(JSON.stringify([...entities].sort((a, b) => (a.key < b.key ? -1 : 1))));

const kept = ({ entities, later, parked, lastPlace }: Omit<Opened, "position" | "suspects">) => ({
  entities: inOrder(entities),
  later: later.map(({ id, dueAtMs, gateway, envelope }) => ({ id, dueAtMs, gateway, envelope })),
  parked,
  lastPlace,
});

/** The first timer of the run's installation in the place of the other's; it has no schedule of statements. */
async function install(
  pool: Pool,
  store: PostgresStore,
  leases: ReadonlyMap<string, Lease>,
  company: Company,
): Promise<void> {
  const scheduler = leases.get("scheduler/0");
  if (scheduler === undefined) throw new Error("there is no scheduler");
  const fresh = new SimulatedDatabase({ company, nowMs: () => 0, trace: () => {} });
  const laterDone = (await store.open(scheduler)).later.map(({ id }) => id);
  const { later } = fresh.openContents(scheduler);
  const laterAdded = later.map(({ envelope = "", ...row }) => ({ ...row, envelope }));
  await pool.query("delete from schedules");
  await pool.query("delete from later where kind = 'webhook'"); // nobody forgets old deliveries there
  await store.commit(scheduler, writes({ laterDone, laterAdded }));
}

describe("the simulated database against Postgres", function () {
  this.timeout(120_000);

  for (const seed of SEEDS) {
    it(`invariant 6: the run of seed ${seed} leaves the same in both, and ates verify finds nothing`, async () => {
      const { database, commits } = await lived(seed);
      const world = await newWorld({ ATES_PARTITIONS: "2" });
      try {
        const stores = Object.fromEntries(Object.entries(ACTORS).map(([kind, { store }]) => [kind, store]));
        const store = new PostgresStore(world.pool, stores, newUuid());
        const leases = new Map<string, Lease>();
        for (const { kind, partition } of database.partitions.values()) {
          const lease = await store.acquire(kind, partition, 0);
          if (lease !== undefined) leases.set(`${kind}/${partition}`, lease);
        }
        const company = companyOf(new Random(seed).fork("company"));
        await install(world.pool, store, leases, company);
        for (const { lease, writes } of commits) {
          const own = leases.get(`${lease.kind}/${lease.partition}`);
          if (own !== undefined) await store.commit(own, writes);
        }

        for (const [name, lease] of leases) {
          const { epoch } = database.partitions.get(name) ?? { epoch: 0 };
          const theirs = { ...lease, epoch };
          const simulated = { ...database.openPosition(theirs), ...database.openContents(theirs) };
          expect(kept(await store.open(lease)), name).to.deep.equal(kept(simulated));
          const table = database.table(lease.kind);
          const keys = table
            .rows()
            .flatMap(({ entity }) => (/^(book|board|house|sealed)/.test(entity.key) ? [] : [entity.key]));
          const both = [await store.load(lease, keys), table.load(lease.partition, keys)] as const;
          expect(inOrder(both[0]), name).to.deep.equal(inOrder(both[1]));
        }

        const broken = (await verifyLedger(world.pool, company)).filter(
          (finding) => finding.verdict === "broken",
        );
        expect(broken).to.deep.equal([]);
      } finally {
        await world.end();
      }
    });
  }
});
