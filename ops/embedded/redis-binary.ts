// Where a redis-server comes from: the PATH, else this checkout's cache, filled by apt's downloader.
// Nothing is installed into the system and no service is started: the packages are unpacked into `.ates/cache/redis`,
// which works for root and for everybody else alike.

import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ServerLog } from "./server-process.ts";

export type RedisBinary = {
  path: string;
  version: string;
  /** What its environment needs beyond ours: the place of unpacked libraries. */
  env: { LD_LIBRARY_PATH?: string };
};

/** The floor that the streams are written and tested for. */
export const redisVersionMin = 7;

const checkout = fileURLToPath(new URL("../../", import.meta.url));
const cacheDir = join(checkout, ".ates", "cache");
const unpackedDir = join(cacheDir, "redis");
const run = promisify(execFile);

const howToGetIt = `aTES needs Redis ${redisVersionMin}.0 or newer: install redis-server (sudo apt-get install redis-server), or set REDIS_URL to one that runs.`;

export async function redisOnPath(): Promise<RedisBinary | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter((part) => part !== "")) {
    const binary = await asRedis(join(folder, "redis-server"), {});
    if (binary !== undefined) return binary;
  }
  return undefined;
}

export function installedRedis(): Promise<RedisBinary | undefined> {
  return unpackedIn(unpackedDir);
}

/** Downloads and unpacks redis-server with what it lacks here. Safe to run in several processes at once. */
export async function installRedis(log: ServerLog): Promise<RedisBinary> {
  log.info(`No redis-server ${redisVersionMin}.0 or newer on the PATH: fetching one into ${unpackedDir}.`);
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, "redis-"));
  try {
    const fetched = await fetchWithApt(work);
    if ((await unpackedIn(fetched)) === undefined)
      throw new Error("the fetched redis-server does not run here");
    await moveInPlace(fetched, join(work, "broken"));
  } catch (cause) {
    throw new Error(howToGetIt, { cause });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const binary = await installedRedis();
  if (binary === undefined) throw new Error(howToGetIt);
  return binary;
}

/** The package lists as they are; when they are empty or too old to download by, fresh ones in a folder of ours. */
async function fetchWithApt(work: string): Promise<string> {
  const asRoot = process.getuid?.() === 0 ? ["-o", "APT::Sandbox::User=root"] : [];
  try {
    return await unpackPackages(join(work, "system"), asRoot);
  } catch {
    const lists = [...asRoot, ...(await privateAptState(work))];
    await run("apt-get", [...lists, "-q", "update"]);
    return unpackPackages(join(work, "fresh"), lists);
  }
}

/** apt with its own lists and cache, but the system's record of what is installed: no root and no lock needed. */
async function privateAptState(work: string): Promise<string[]> {
  await mkdir(join(work, "state/lists/partial"), { recursive: true });
  await mkdir(join(work, "cache/archives/partial"), { recursive: true });
  const settings = {
    "Dir::State": join(work, "state"),
    "Dir::State::lists": join(work, "state/lists"),
    "Dir::State::status": "/var/lib/dpkg/status",
    "Dir::Cache": join(work, "cache"),
    "Debug::NoLocking": "1",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

async function unpackPackages(into: string, options: string[]): Promise<string> {
  const downloads = join(into, "packages");
  const root = join(into, "root");
  await mkdir(downloads, { recursive: true });
  await run("apt-get", [...options, "-q", "download", ...(await missingPackages(options))], {
    cwd: downloads,
  });
  for (const file of await readdir(downloads)) await run("dpkg-deb", ["-x", join(downloads, file), root]);
  return root;
}

/** What apt would install for it, by a simulation: redis-server, redis-tools and the libraries this system lacks. */
async function missingPackages(options: string[]): Promise<string[]> {
  const simulation = ["-s", "--no-install-recommends", "install", "redis-server"];
  const { stdout } = await run("apt-get", [...options, ...simulation], {
    env: { ...process.env, LC_ALL: "C" },
  });
  const packages = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name as string);
  // A newer C library beside the system's loader crashes every program that sees it.
  return [...new Set([...packages, "redis-server", "redis-tools"])].filter(
    (name) => !name.startsWith("libc6"),
  );
}

/** Another process may have been first: working files are never replaced, broken ones are moved out of the way. */
async function moveInPlace(fetched: string, outOfTheWay: string): Promise<void> {
  try {
    await rename(fetched, unpackedDir);
  } catch {
    if ((await installedRedis()) !== undefined) return;
    await rename(unpackedDir, outOfTheWay);
    await rename(fetched, unpackedDir);
  }
}

async function unpackedIn(root: string): Promise<RedisBinary | undefined> {
  const libraries = await libraryFolders(root);
  return asRedis(join(root, "usr/bin/redis-server"), { LD_LIBRARY_PATH: libraries.join(delimiter) });
}

/** `/usr/lib/<architecture>` and `/lib/<architecture>` below the unpacked root. */
async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const parent of [join(root, "usr/lib"), join(root, "lib")]) {
    for (const name of await readdir(parent).catch(() => [])) {
      const folder = join(parent, name);
      if ((await stat(folder)).isDirectory()) folders.push(folder);
    }
  }
  return folders;
}

/** The file as a server of a version that will do, or nothing: absent, broken and too old are all one here. */
async function asRedis(path: string, env: RedisBinary["env"]): Promise<RedisBinary | undefined> {
  try {
    await access(path);
    const { stdout } = await run(path, ["--version"], { env: { ...process.env, ...env }, timeout: 10_000 });
    const version = /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    if (version === undefined || Number.parseInt(version, 10) < redisVersionMin) return undefined;
    return { path, version, env };
  } catch {
    return undefined;
  }
}
