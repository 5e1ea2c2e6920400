/**
 * `npm run chaos`: hurts an installation of its own for as long as it is told, and prints what was kept and how soon it
 * went on. Exit 0 only when nothing was lost, doubled or wrong.
 */
import { randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runChaos } from "./chaos.ts";
import { printed } from "./report.ts";

const HELP = `npm run chaos -- [--minutes N] [--seed S] [--copies N] [--partitions N] [--json FILE] [--keep]

Starts Postgres, Redis, a mail server and copies of every role, and hurts them: kill -9 at named places of the code,
frozen processes, cut and half-open links, wiped and restored Redis, restarted Postgres, a mail server and a provider
that fail, clocks that step over cut-offs. A client with its own books works all the while and compares at the end.

  --minutes N     how long faults go on (default 5)
  --seed S        the plan of faults; printed, so that it can be repeated
  --copies N      of each role (default 3)
  --partitions N  of the installation (default 16)
  --json FILE     the report as JSON, too
  --keep          leave logs and data for a look
`;

const OPTIONS = {
  minutes: { type: "string", default: "5" },
  seed: { type: "string" },
  copies: { type: "string", default: "3" },
  partitions: { type: "string", default: "16" },
  json: { type: "string" },
  keep: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const SEEDS = 1_000_000;
const MINUTE_MS = 60_000;
/** A measured fault and its recovery take some seven seconds, and there are seven kinds: at most a third of the time. */
const ROUND_MS = 150_000;
const ROUNDS_MAX = 3;
const SIEGE_KILLS = 50;
/** A fault a second, on two cores. */
const HASTE = 1.5;
const CLOSES_AT_ONCE = 50;
/** Retries of mails and payouts back off: some minutes, after a storm. */
const QUIET_MS_MAX = 240_000;

const startedMs = performance.now();
// By `exit`, not by the signal's own way: the servers are ended on `exit`, and the roles when their channel closes.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = orRefuse(() => parseArgs({ options: OPTIONS }));
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const durationMs = numberOf("--minutes", values.minutes) * MINUTE_MS;
  const report = await runChaos({
    seed: values.seed === undefined ? randomInt(SEEDS) : numberOf("--seed", values.seed),
    durationMs,
    faultsMin: 0,
    copies: numberOf("--copies", values.copies),
    partitions: numberOf("--partitions", values.partitions),
    employees: 12,
    hands: 6,
    roundsAlone: Math.min(ROUNDS_MAX, Math.floor(durationMs / ROUND_MS)),
    closesAtOnce: CLOSES_AT_ONCE,
    siegeKills: SIEGE_KILLS,
    haste: HASTE,
    quietMsMax: QUIET_MS_MAX,
    say,
    keep: values.keep,
  });
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(printed(report));
  return report.violations.length === 0 ? 0 : 1;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  return orRefuse(() => {
    if (!Number.isFinite(number) || number <= 0)
      throw new Error(`${name}: expected a number above 0, got ${text}`);
    return number;
  });
}

function orRefuse<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    process.stderr.write(`chaos: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

function say(text: string): void {
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${text}\n`);
}
