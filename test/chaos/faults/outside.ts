/** What befalls the world around: the mail server, the payment provider, and time itself. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { Installation } from "../installation.ts";
import type { MailMood } from "../mail-sink.ts";
import type { ProviderMood } from "../orders.ts";
import type { FaultKind } from "./fault.ts";

const LASTS_MS = { from: 1_500, to: 4_000 } as const;
const BEFORE_CUT_OFF_MS = { from: 200, to: 2_000 } as const;
const HOUR_MS = 3_600_000;
const DAYS_MISSED_MAX = 3;

function mail(mood: MailMood, weight: number): FaultKind {
  return {
    name: `mail server ${mood}`,
    lane: "outside",
    weight,
    strike: async ({ installation, chance, struck }) => {
      installation.mail.mood = mood;
      await sleep(chance.between(LASTS_MS.from, LASTS_MS.to));
      installation.mail.mood = "well";
      struck();
      return "the mail server";
    },
  };
}

function provider(mood: ProviderMood, weight: number): FaultKind {
  return {
    name: `provider ${mood}`,
    lane: "outside",
    weight,
    strike: async ({ installation, chance, struck }) => {
      installation.setProvider(mood);
      await sleep(chance.between(LASTS_MS.from, LASTS_MS.to));
      installation.setProvider("pays");
      struck();
      return "the provider";
    },
  };
}

/** So shortly before it that the cut-off passes by itself, while traffic goes on. */
export const clockToCutOff: FaultKind = {
  name: "clock steps to the cut-off",
  lane: "outside",
  weight: 4,
  strike: async ({ installation, chance, struck }) => {
    const date = await boardDate(installation);
    const beforeMs = chance.between(BEFORE_CUT_OFF_MS.from, BEFORE_CUT_OFF_MS.to);
    installation.clock.stepToEndOf(date, beforeMs);
    installation.tellTime();
    await sleep(beforeMs);
    struck();
    return `over the end of ${date}`;
  },
};

const clockOverDays: FaultKind = {
  name: "clock steps over several cut-offs",
  lane: "outside",
  weight: 1,
  strike: async ({ installation, chance, struck }) => {
    const hours = chance.between(25, 24 * DAYS_MISSED_MAX);
    installation.clock.stepBy(hours * HOUR_MS);
    installation.tellTime();
    struck();
    return `${hours} hours forward`;
  },
};

/** A process whose clock is wrong for a while: a business date only moves forward, whoever decides it next. */
const skewedClock: FaultKind = {
  name: "a process's clock is wrong",
  lane: "outside",
  weight: 2,
  strike: async ({ installation, chance, struck }) => {
    const { process } = chance.pick(installation.workers);
    const seconds = chance.between(-300, -5);
    process.tell({ clockOffsetMs: installation.clock.offsetMs + seconds * 1_000 });
    await sleep(chance.between(LASTS_MS.from, LASTS_MS.to));
    installation.tellTime();
    struck();
    return `${process.name}, ${-seconds} seconds behind`;
  },
};

async function boardDate({ pool, clock }: Installation): Promise<BusinessDate> {
  const { rows } = await pool
    .query<{ date: BusinessDate }>("select business_date as date from board")
    .catch(() => ({ rows: [] }));
  return rows[0]?.date ?? clock.date();
}

export const OUTSIDE_FAULTS: readonly FaultKind[] = [
  mail("refuses for now", 2),
  mail("hangs up", 2),
  mail("slow", 2),
  provider("pays and does not say so", 2),
  provider("is away", 2),
  provider("is slow", 1),
  provider("breaks", 1),
  provider("refuses", 1),
  clockToCutOff,
  clockOverDays,
  skewedClock,
];
