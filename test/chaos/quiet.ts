/** After the faults: until nothing is on its way any more, or the patience ends; and what `ates verify` says then. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readUnsettled } from "../../ops/lag.ts";
import type { Finding } from "../../ops/verify/finding.ts";
import type { Installation } from "./installation.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOOK_EVERY_MS = 200;
/** Looks in a row: what one batch ends may begin another. */
const QUIET_LOOKS = 5;

/** What comes every day, like a look at a payout that is settled, is due later than that. */
const SOON_MS = 12 * 3_600_000;

/**
 * Everything that is due soon is to be done, by the run's own clock: calls that wait for their next try as well. Digests
 * of what was assigned gather for a quarter of a minute, and nobody asks for them here.
 */
async function underWay({ pool, clock }: Installation): Promise<string | undefined> {
  const { facts, promised } = await readUnsettled(pool);
  const { rows } = await pool.query<{ kind: string; count: number }>(
    `select kind, count(*) as count from later
      where kind <> 'scheduler' and due_at < $1 and envelope not like '%"type":"digest.send"%' group by kind`,
    [new Date(clock.nowMs() + SOON_MS)],
  );
  const later = rows.map(({ kind, count }) => `${count} of ${kind}`);
  if (facts === 0 && promised === 0 && later.length === 0) return undefined;
  return `${facts} facts, ${promised} promised commands, later: ${later.join(", ") || "nothing"}`;
}

/** Undefined when it is quiet, else what was still under way at the last look. */
export async function awaitQuiet(installation: Installation, limitMs: number): Promise<string | undefined> {
  const untilMs = performance.now() + limitMs;
  let last: string | undefined = "nothing was seen";
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    last = await underWay(installation).catch((error: Error) => error.message);
    quiet = last === undefined ? quiet + 1 : 0;
    if (performance.now() > untilMs) return last;
    await sleep(LOOK_EVERY_MS);
  }
  return undefined;
}

/** The ledger's own check, by the program that operators use. */
export async function verify({ servers }: Installation): Promise<readonly Finding[]> {
  const { databaseUrl: DATABASE_URL, redisUrl: REDIS_URL } = servers;
  const child = spawn(process.execPath, ["main.ts", "verify", "--json"], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL, REDIS_URL, ATES_LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString();
  });
  await once(child, "close");
  try {
    return (JSON.parse(output) as { findings: readonly Finding[] }).findings;
  } catch {
    throw new Error(`ates verify ended with ${child.exitCode}: ${output}`);
  }
}
