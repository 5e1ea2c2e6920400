/** What befalls processes: killed, told to stop, frozen past the lease, killed at a named place of the code. */
import { setTimeout as sleep } from "node:timers/promises";
import { CRASH_POINTS } from "../crash-points.ts";
import type { Place } from "../installation.ts";
import type { FaultKind, Strike } from "./fault.ts";

/** The lease and a little more: the others have taken over when it comes back. */
const FREEZE_MS = 5_500;
const SHORT_FREEZE_MS = 1_500;
const CRASH_PATIENCE_MS = 6_000;
const SKIP_MAX = 12;

export const killWorker: FaultKind = {
  name: "kill -9 of a worker",
  lane: "processes",
  weight: 4,
  strike: (strike) => kill(strike, strike.chance.pick(strike.installation.workers)),
};

export const killEdge: FaultKind = {
  name: "kill -9 of an edge",
  lane: "processes",
  weight: 3,
  strike: (strike) => kill(strike, strike.chance.pick(strike.installation.edges)),
};

export const stopWorker: FaultKind = {
  name: "SIGTERM of a worker",
  lane: "processes",
  weight: 4,
  strike: (strike) => stop(strike, strike.chance.pick(strike.installation.workers)),
};

const stopEdge: FaultKind = {
  name: "SIGTERM of an edge",
  lane: "processes",
  weight: 2,
  strike: (strike) => stop(strike, strike.chance.pick(strike.installation.edges)),
};

/** It comes back into a world that has gone on without it, and must find itself fenced. */
export const freezeWorker: FaultKind = {
  name: "SIGSTOP past the lease",
  lane: "processes",
  weight: 1,
  strike: async ({ installation, chance, struck }) => {
    const { process } = chance.pick(installation.workers);
    const thawed = process.freeze(FREEZE_MS);
    struck(process.pid);
    await thawed;
    return process.name;
  },
};

const freezeShortly: FaultKind = {
  name: "SIGSTOP for a moment",
  lane: "processes",
  weight: 2,
  strike: async ({ installation, chance, struck }) => {
    const { process } = chance.pick(installation.places);
    await process.freeze(SHORT_FREEZE_MS);
    struck();
    return process.name;
  },
};

export const crashAtPoint: FaultKind = {
  name: "kill -9 at a crash point",
  lane: "processes",
  weight: 14,
  strike: async ({ installation, chance, struck }) => {
    const point = chance.pick(CRASH_POINTS);
    const place = chance.pick(point.role === "worker" ? installation.workers : installation.edges);
    const died = await dieAt(place, point.name, chance.between(0, SKIP_MAX), struck);
    return died ? `${place.process.name}: ${point.name}` : undefined;
  },
};

/** Whether the process came to the place and died there, in the time that it had. */
export async function dieAt(
  { process }: Place,
  name: string,
  skip: number,
  struck: Strike["struck"],
): Promise<boolean> {
  const { pid } = process;
  const waiting = new AbortController();
  const late = sleep(CRASH_PATIENCE_MS, false, { signal: waiting.signal }).catch(() => false);
  const ended = process.ended().then(() => true);
  process.tell({ arm: { name, skip } });
  const died = await Promise.race([ended, late]);
  waiting.abort();
  if (died) struck(pid);
  else process.tell({ arm: null });
  return died;
}

async function kill({ struck }: Strike, { process }: Place): Promise<string> {
  const { pid } = process;
  const ended = process.signal("SIGKILL");
  struck(pid);
  await ended;
  return process.name;
}

async function stop({ struck }: Strike, { process }: Place): Promise<string> {
  const ended = process.signal("SIGTERM");
  struck();
  await ended;
  return process.name;
}

export const PROCESS_FAULTS: readonly FaultKind[] = [
  killWorker,
  killEdge,
  stopWorker,
  stopEdge,
  freezeWorker,
  freezeShortly,
  crashAtPoint,
];
