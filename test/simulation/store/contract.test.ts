import { PostgresHostStore } from "../../../actors/runtime/postgres-host-store.ts";
import { PostgresStore } from "../../../actors/runtime/postgres-store.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import { COMPANY } from "../../support/said.ts";
import { newWorld } from "../../support/world.ts";
import { storeContract } from "./contract.ts";
import { SimulatedDatabase } from "./database.ts";
import { hostStore, runtimeStore } from "./ports.ts";
import type { StoreUnderTest } from "./under-test.ts";

storeContract("the real one", async (): Promise<StoreUnderTest> => {
  const { pool, end } = await newWorld();
  const stores = Object.fromEntries(Object.entries(ACTORS).map(([kind, { store }]) => [kind, store]));
  return {
    store: (hostId) => new PostgresStore(pool, stores, hostId),
    hosts: new PostgresHostStore(pool),
    async elapse(ms) {
      const by = "make_interval(secs => $1::float8 / 1000)";
      await pool.query(`update hosts set beat_at = beat_at - ${by}`, [ms]);
      await pool.query(`update commands set created_at = created_at - ${by}`, [ms]);
      await pool.query(`update dead_letters set asked_at = asked_at - ${by}`, [ms]);
    },
    async promise({ id, topic, envelope }) {
      await pool.query(
        `insert into commands (id, fingerprint, topic, type, state, envelope)
         values ($1, 'print', $2, 'task.create', 'pending', $3)`,
        [id, topic, envelope],
      );
    },
    async ask(letter, asked) {
      await pool.query("update dead_letters set asked = $2, asked_at = now() where id = $1", [letter, asked]);
    },
    end,
  };
});

storeContract("the simulated one", async (): Promise<StoreUnderTest> => {
  let nowMs = 0;
  const company = { ...COMPANY, partitions: 4 };
  const database = new SimulatedDatabase({ company, nowMs: () => nowMs, trace: () => {} });
  const io = async <T>(_label: string, effect: () => T) => effect();
  return {
    store: (hostId) => runtimeStore(database, hostId, io),
    hosts: hostStore(database, io),
    elapse: async (ms) => {
      nowMs += ms;
    },
    promise: async (command) => database.commands.promise(command),
    ask: async (letter, asked) => database.letters.ask(letter, asked, nowMs),
    end: async () => {},
  };
});
