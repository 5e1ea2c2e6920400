/** What befalls one link, from a process to Postgres or to Redis; everybody else sees nothing of it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LinkFault } from "../tcp-proxy.ts";
import type { FaultKind, Strike } from "./fault.ts";

const LASTS_MS = { from: 600, to: 3_000 } as const;

const cut: FaultKind = {
  name: "link cut",
  lane: "links",
  weight: 4,
  strike: async (strike) => {
    const { proxy, name } = pickLink(strike);
    proxy.cut();
    strike.struck();
    return name;
  },
};

function lasting(name: string, weight: number, fault: (strike: Strike) => LinkFault): FaultKind {
  return {
    name: `link ${name}`,
    lane: "links",
    weight,
    strike: async (strike) => {
      const link = pickLink(strike);
      await link.proxy.begin(fault(strike));
      await sleep(strike.chance.between(LASTS_MS.from, LASTS_MS.to));
      await link.proxy.heal();
      strike.struck();
      return link.name;
    },
  };
}

function pickLink({ installation, chance }: Strike) {
  const place = chance.pick(installation.places);
  const server = chance.pick(["postgres", "redis"] as const);
  return { proxy: place[server], name: `${place.process.name} to ${server}` };
}

export const LINK_FAULTS: readonly FaultKind[] = [
  cut,
  lasting("refused", 3, () => ({ kind: "refuse" })),
  lasting("half open", 3, () => ({ kind: "half-open" })),
  lasting("without answers", 3, () => ({ kind: "answers-lost" })),
  lasting("stalled", 2, () => ({ kind: "stalled" })),
  lasting("delayed", 2, ({ chance }) => ({ kind: "delayed", delayMs: chance.between(20, 200) })),
  lasting("throttled", 2, ({ chance }) => ({
    kind: "throttled",
    bytesPerSecond: chance.between(5_000, 50_000),
  })),
];
