/** The command line as an operator runs it: a process of its own, with the world's servers in its environment. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { World } from "../../support/world.ts";

const BEATS = { ATES_LEASE_TTL_MS: "1500", ATES_BEAT_EVERY_MS: "500" };
const ATES = fileURLToPath(new URL("../../../ops/cli/ates.ts", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RanIn {
  readonly world?: World;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Nothing of our own environment names servers or settings: the test does. */
export async function runAtes(args: readonly string[], { world, env = {}, cwd }: RanIn = {}): Promise<Ran> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(ATES_|DATABASE_URL$|REDIS_URL$|SMTP_URL$)/.test(name),
  );
  const named =
    world === undefined ? {} : { DATABASE_URL: world.databaseUrl, REDIS_URL: world.redisUrl, ...BEATS };
  const child = spawn(process.execPath, [ATES, ...args], {
    env: { ...Object.fromEntries(kept), ...named, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr.on("data", (bytes) => {
    err += bytes;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, err };
}
