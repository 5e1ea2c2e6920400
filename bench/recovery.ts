/**
 * recovery: how long the system stands still after each kind of loss, at the production's defaults, with workers as
 * processes of their own.
 *
 * Measured: of a hand-off and a killed worker, for each account partition that changes hands, how long a fact waited
 * between the old owner's last commit and the new owner's first, while one arrives in every partition every 100 ms. Of a
 * lost Redis or Postgres, the time from the moment it is back until every command sent meanwhile is decided and every
 * fact applied. Not measured: HTTP, machines that die with their network.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Commands, SteadyFacts } from "./recovery-load.ts";
import { RecoverySystem, type Worker } from "./recovery-system.ts";

const FACT_EVERY_MS = 100;
/** Long enough for a host that joined to have its share, and for a beat. */
const SETTLE_MS = 2_500;
/** Longer than a lease: every host has been silent for so long that others could take it for dead. */
const POSTGRES_AWAY_MS = 6_000;
const REDIS_AWAY_MS = 2_000;
const TAKEOVER_MAX_MS = 7_000;

export interface Figure {
  readonly name: string;
  readonly limitMs: number;
  readonly samplesMs: readonly number[];
}

type Trial = (system: RecoverySystem, staying: Worker) => Promise<readonly number[]>;

const TRIALS: readonly { name: string; limitMs: number; trial: Trial }[] = [
  { name: "hand-off to a worker that joins, per partition", limitMs: 100, trial: join },
  { name: "hand-off on SIGTERM, per partition", limitMs: 100, trial: leave },
  { name: "kill -9 of a worker, per partition", limitMs: 6_000, trial: kill },
  { name: "FLUSHALL", limitMs: 5_000, trial: flush },
  { name: "Redis restarted without its data", limitMs: 5_000, trial: restartRedis },
  { name: "Postgres restarted after 6 s", limitMs: 5_000, trial: restartPostgres },
];

/** Runs each trial `rounds` times on one system. */
export async function benchRecovery(rounds: number, tell: (figure: Figure) => void): Promise<void> {
  const only = process.env.ATES_BENCH_ONLY;
  const system = await RecoverySystem.start();
  try {
    const staying = await system.worker();
    for (const { name, limitMs, trial } of TRIALS) {
      if (only !== undefined && !name.includes(only)) continue;
      const samplesMs: number[] = [];
      for (let round = 0; round < rounds; round++) samplesMs.push(...(await trial(system, staying)));
      tell({ name, limitMs, samplesMs });
    }
  } finally {
    await system.end();
  }
}

/** How long partitions stood still, each by itself, when a worker joined and when it left. */
export async function rebalancePausesMs(rounds: number): Promise<Record<"joins" | "leaves", number[]>> {
  const pausesMs: Record<"joins" | "leaves", number[]> = { joins: [], leaves: [] };
  const system = await RecoverySystem.start();
  try {
    await system.worker();
    for (let round = 0; round < rounds; round++) {
      pausesMs.joins.push(...(await join(system)));
      pausesMs.leaves.push(...(await leave(system)));
    }
  } finally {
    await system.end();
  }
  return pausesMs;
}

async function join(system: RecoverySystem): Promise<readonly number[]> {
  const facts = new SteadyFacts(system, FACT_EVERY_MS);
  await sleep(SETTLE_MS);
  const sinceMs = Date.now();
  const joining = await system.worker();
  await sleep(SETTLE_MS);
  const found = await facts.pausesMs(sinceMs);
  await facts.stop();
  await joining.end("SIGTERM");
  return found;
}

async function leave(system: RecoverySystem): Promise<readonly number[]> {
  const leaving = await system.worker();
  const facts = new SteadyFacts(system, FACT_EVERY_MS);
  await sleep(SETTLE_MS);
  const sinceMs = Date.now();
  await leaving.end("SIGTERM");
  await sleep(SETTLE_MS);
  const found = await facts.pausesMs(sinceMs);
  await facts.stop();
  return found;
}

async function kill(system: RecoverySystem): Promise<readonly number[]> {
  const killed = await system.worker();
  const facts = new SteadyFacts(system, FACT_EVERY_MS);
  await sleep(SETTLE_MS + Math.random() * 1_000); // at another place between two beats each time
  const killedMs = Date.now();
  await killed.end("SIGKILL");
  await sleep(TAKEOVER_MAX_MS);
  const found = await facts.pausesMs(killedMs);
  await facts.stop();
  return found;
}

async function flush(system: RecoverySystem): Promise<readonly number[]> {
  return afterLoss(system, () => system.redis.flushall());
}

async function restartRedis(system: RecoverySystem): Promise<readonly number[]> {
  return afterLoss(system, async () => {
    await system.stopRedis();
    await sleep(REDIS_AWAY_MS);
    await system.startEmptyRedis();
  });
}

async function restartPostgres(system: RecoverySystem): Promise<readonly number[]> {
  return afterLoss(system, async () => {
    await system.stopPostgres();
    await sleep(POSTGRES_AWAY_MS);
    await system.startPostgres();
  });
}

/** Two workers under a load of commands lose something; when it is back no new commands come, and all ends. */
async function afterLoss(system: RecoverySystem, lose: () => Promise<unknown>): Promise<readonly number[]> {
  const second = await system.worker();
  const commands = await Commands.start(system);
  await sleep(SETTLE_MS);
  await lose();
  const backMs = performance.now();
  await commands.stop();
  const mendedMs = performance.now() - backMs;
  await second.end("SIGTERM");
  return [mendedMs];
}
