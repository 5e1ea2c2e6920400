/**
 * A Postgres cluster as the product's first start makes it, to begin with: a run initialises one, and everybody's own is a
 * copy of it. `initdb` keeps a core busy for two seconds, twenty times over. First starts have tests of their own.
 */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startPostgres } from "../../ops/embedded/postgres.ts";

const run = promisify(execFile);
const log = { info: () => {}, warn: () => {}, error: () => {} };
/** Where the run's cluster is; a test file that is run by itself has none. */
const SETTING = "ATES_TEST_CLUSTER";

/** For this process and its children; answers what removes it. */
export async function prepareCluster(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "ates-cluster-"));
  await chmod(folder, 0o755); // as root the server runs as another user, who must get in
  const dataDir = join(folder, "postgres");
  const server = await startPostgres({ dataDir, log });
  await server.stop();
  process.env[SETTING] = dataDir;
  return () => rm(folder, { recursive: true, force: true });
}

/** Puts the run's cluster where a server is about to start; `dataDir` must not exist yet. With its owner, who is not root. */
export async function copyCluster(dataDir: string): Promise<void> {
  const prepared = process.env[SETTING];
  if (prepared !== undefined) await run("cp", ["-a", prepared, dataDir]);
}
