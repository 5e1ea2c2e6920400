/** A close under siege (DAY-5): workers die at crash points again and again while a day is being closed. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import { dieAt } from "./faults/processes.ts";
import type { Installation, Place } from "./installation.ts";
import type { Load } from "./load.ts";

/** Places that every batch of a close passes; the first two only when owners have died. */
const POINTS = [
  "a suspect is noted",
  "what is in hand is noted",
  "before the commit is sent",
  "the commit is sent, its answer not heard",
  "after the commit",
  "after the commit, before delivery",
  "after acknowledge, before publish",
  "after publish, before acknowledge",
] as const;
/** Few, so that a worker dies sooner than a close is done. */
const SKIP_MAX = 6;
const BREATH_MS = 300;

export interface Siege {
  readonly kills: number;
  /** The dates that were being closed meanwhile. */
  readonly dates: readonly string[];
}

/** Ends after so many kills, or when the time is up. */
export async function besiege(
  installation: Installation,
  load: Load,
  chance: Chance,
  killsMax: number,
  limitMs: number,
): Promise<Siege> {
  const untilMs = performance.now() + limitMs;
  const dates = new Set<string>();
  let kills = 0;
  const isOver = () => kills >= killsMax || performance.now() > untilMs;
  const attacker = async (place: Place, own: Chance): Promise<void> => {
    while (!isOver()) {
      const died = await dieAt(place, own.pick(POINTS), own.between(0, SKIP_MAX), () => undefined);
      if (died) kills += 1;
      await sleep(BREATH_MS);
    }
  };
  const attack = Promise.all(installation.workers.map((place) => attacker(place, chance.fork())));
  while (!isOver()) {
    const date = await load.closeDay();
    if (date === undefined) break;
    dates.add(date);
    while (!isOver() && !(await isSealed(installation, date))) await sleep(BREATH_MS);
  }
  await attack;
  for (const { process } of installation.workers) process.tell({ arm: null });
  return { kills, dates: [...dates] };
}

async function isSealed({ pool }: Installation, date: string): Promise<boolean> {
  const { rowCount } = await pool
    .query("select from days where business_date = $1::date and state = 'closed'", [date])
    .catch(() => ({ rowCount: 0 }));
  return rowCount === 1;
}
