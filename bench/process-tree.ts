/** What a process and everything it started cost, by what Linux tells of them: memory, shared parts counted once, and CPU time. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_S = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

export interface Cost {
  readonly mebibytes: number;
  readonly cpuSeconds: number;
}

export function costOfTree(root: number): Cost {
  const pids = treeOf(root);
  return {
    mebibytes: pids.reduce((sum, pid) => sum + kibibytesOf(pid), 0) / 1_024,
    cpuSeconds: pids.reduce((sum, pid) => sum + ticksOf(pid), 0) / TICKS_PER_S,
  };
}

function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = Number(fieldsOf(name)?.[1] ?? 0);
    if (parent > 0) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** From the state on: the name before it may hold anything. */
function fieldsOf(pid: string | number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** Its own, and those of its children that have ended: Postgres has a process per connection. */
function ticksOf(pid: number): number {
  const ticks = (fieldsOf(pid) ?? []).slice(11, 15);
  return ticks.reduce((sum, each) => sum + Number(each), 0);
}

function kibibytesOf(pid: number): number {
  try {
    return Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
