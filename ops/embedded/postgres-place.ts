// Where the files of the embedded Postgres are: in the data folder, or, when the server's user cannot enter that (a home
// folder closed to others), in /var/lib, which root can write to. Not in /var/tmp: systems clear that of what is a month
// old, file by file, which destroys a database.
//
// 1. What lies in /var/lib is named in the data folder, and beside it stands whose it is: removing the data folder starts
//    afresh, and nothing else can be taken for its data.
// 2. Data that nothing names any more is removed when its data folder was a temporary one, else only reported.

import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { lstat, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ServerLog, type SystemUser, worksIn } from "./server-process.ts";

const checkout = fileURLToPath(new URL("../../", import.meta.url));
const superuser = 0;

/** The cluster in the data folder or the one it names. */
export function existingCluster(dataDir: string): string | undefined {
  const folder = namedIn(dataDir) ?? join(dataDir, "cluster");
  return existsSync(folder) ? folder : undefined;
}

/** Where a new cluster goes. */
export async function placeForCluster(
  dataDir: string,
  user: SystemUser | undefined,
  log: ServerLog,
): Promise<string> {
  if (user === undefined || canEnter(dataDir, user)) return join(dataDir, "cluster");
  const home = await reachableHome();
  await clearForgotten(home, log);
  const place = join(home, `cluster-${randomBytes(6).toString("hex")}`);
  await writeFile(`${place}${ownerSuffix}`, dataDir);
  await writeFile(join(dataDir, pointerName), `${place}\n`);
  log.warn(`User ${user.uid} cannot reach ${dataDir}: the data of Postgres is kept in ${place}.`);
  return place;
}

const pointerName = "cluster-location";
const ownerSuffix = ".belongs-to";

function namedIn(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, pointerName), "utf8").trim();
  } catch {
    return undefined;
  }
}

async function clearForgotten(home: string, log: ServerLog): Promise<void> {
  const owned = (await readdir(home)).filter((name) => name.endsWith(ownerSuffix));
  for (const name of owned) {
    const note = join(home, name);
    const place = note.slice(0, -ownerSuffix.length);
    const dataDir = readFileSync(note, "utf8");
    if (namedIn(dataDir) === place || serverWorksIn(place)) continue;
    if (dataDir.startsWith(`${tmpdir()}/`)) {
      await rm(place, { recursive: true, force: true });
      await rm(note, { force: true });
    } else {
      log.warn(
        `${place} holds data of ${dataDir}, which does not name it any more: remove it if you do not need it.`,
      );
    }
  }
}

function serverWorksIn(place: string): boolean {
  try {
    return worksIn(place, Number.parseInt(readFileSync(join(place, "postmaster.pid"), "utf8"), 10));
  } catch {
    return false;
  }
}

/** A folder of this checkout that every user can reach and only root can write to. */
export async function reachableHome(): Promise<string> {
  const home = join("/var/lib", `ates-${createHash("sha256").update(checkout).digest("hex").slice(0, 12)}`);
  await mkdir(home, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(home);
  if (!found.isDirectory() || found.uid !== superuser) {
    throw new Error(
      `${home} is not a folder of root, so Postgres cannot trust it: remove it and start again.`,
    );
  }
  chmodSync(home, 0o755);
  return home;
}

function canEnter(folder: string, user: SystemUser): boolean {
  const { status } = spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", folder], {
    ...user,
    cwd: "/",
    stdio: "ignore",
  });
  return status === 0;
}
