// One installer per checkout at a time. The lock is a folder, since making one either succeeds or finds it there; inside
// it stands who holds it. A lock whose holder has died is taken away, under a second lock so that no two take it away.

import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { showProgress } from "./progress.mjs";

const pollMs = 200;

/** The moment between making the folder and writing the holder into it is far shorter. */
const namelessMsMax = 10_000;

export async function withInstallLock(lock, work) {
  await acquire(lock);
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

async function acquire(lock) {
  let progress;
  try {
    while (!make(lock)) {
      if (isStale(lock)) removeStale(lock);
      else progress ??= showProgress("Another command is installing the dependencies, waiting");
      await sleep(pollMs);
    }
  } finally {
    progress?.stop();
  }
  writeFileSync(join(lock, "holder"), JSON.stringify(identity(process.pid)));
}

function removeStale(lock) {
  const remover = `${lock}.remover`;
  if (!make(remover)) {
    if (ageMs(remover) > namelessMsMax) rmSync(remover, { recursive: true, force: true });
    return;
  }
  // Another remover may have been here first, and the lock may have a living holder again.
  if (isStale(lock)) rmSync(lock, { recursive: true, force: true });
  rmdirSync(remover);
}

function make(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isStale(lock) {
  try {
    const holder = JSON.parse(readFileSync(join(lock, "holder"), "utf8"));
    const now = identity(holder.pid);
    return now === undefined || now.startedAt !== holder.startedAt;
  } catch {
    return ageMs(lock) > namelessMsMax;
  }
}

/** A folder that is gone by now has no age. */
function ageMs(folder) {
  const made = statSync(folder, { throwIfNoEntry: false });
  return made === undefined ? 0 : Date.now() - made.mtimeMs;
}

/** A process by number and, on Linux, by its start: numbers are given again. Nothing when it does not live. */
function identity(pid) {
  if (process.platform === "linux") return identityOnLinux(pid);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return undefined;
  }
  return { pid, startedAt: null };
}

function identityOnLinux(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold anything; the state is the field after it, the start the twentieth.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : { pid, startedAt: fields[19] };
  } catch {
    return undefined;
  }
}
