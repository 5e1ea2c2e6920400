/** Our lane of completions over HTTP by many connections: a system of its own, and tasks enough for all rounds. */
import { seedBoard, Tokens } from "./board-seed.ts";
import { type Called, callAll } from "./callers.ts";
import { type Figures, latencies } from "./figures.ts";
import type { Lane } from "./lanes.ts";
import { Completions } from "./our-completions.ts";
import { OurSystem } from "./our-system.ts";
import type { Bench } from "./row.ts";

export const COMMANDS_PER_SECOND = "commands/s";
export const CONNECTIONS = 64;
/** Nobody sends more than their rate limit allows. */
export const PEOPLE = 512;
export const WARM_UP = 1_000;

export interface OurCommandsLane {
  readonly name: string;
  readonly setup: string;
  readonly calls: number;
  readonly env?: Readonly<Record<string, string>>;
}

export async function ourCommandsLane(
  bench: Bench,
  { name, setup, calls, env = {} }: OurCommandsLane,
): Promise<Lane> {
  const { servers, rounds } = bench;
  const databaseUrl = await servers.installedDatabase();
  const tasks = await seedBoard(databaseUrl, PEOPLE, WARM_UP + rounds * calls);
  const system = await OurSystem.start(servers, { databaseUrl, env });
  const completions = new Completions(tasks, new Tokens(databaseUrl));
  await callAll(system.port, CONNECTIONS, (await completions.take(WARM_UP)).requests);
  return {
    name,
    kind: "ours",
    setup,
    async round() {
      const { requests } = await completions.take(calls);
      await servers.settle();
      const called = await callAll(system.port, CONNECTIONS, requests);
      await system.settled();
      return commandFigures(called);
    },
  };
}

export function commandFigures({ perSecond, timesMs }: Called): Figures {
  return { [COMMANDS_PER_SECOND]: perSecond, ...latencies("answer", timesMs) };
}
