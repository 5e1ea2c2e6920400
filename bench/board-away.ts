/**
 * A page without a network while others work: what it shows once the network is back, row by row. Every task that was
 * made or done meanwhile must stand there, once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { newUuid } from "../schemas/ids.ts";
import type { BoardPage } from "./board-page.ts";
import { type BoardTask, Tokens } from "./board-seed.ts";
import { callAll } from "./callers.ts";
import { httpRequest } from "./http-connection.ts";
import type { OurSystem } from "./our-system.ts";

const CALLERS = 4;
const MADE = 100;
const DONE = 40;
const CAUGHT_UP_MS_MAX = 30_000;

export interface Away {
  readonly caughtUpMs: number;
  /** Rows that are missing or stand twice. */
  readonly lostOrDoubled: number;
}

export async function away(
  system: OurSystem,
  tab: BoardPage,
  tasks: readonly BoardTask[],
  seconds: number,
): Promise<Away> {
  const title = `Missed ${newUuid().slice(0, 8)}`;
  await tab.page.context().setOffline(true);
  const goneMs = performance.now();
  const done = await othersWork(system, tasks, title);
  await sleep(Math.max(0, seconds * 1_000 - (performance.now() - goneMs)));
  const backMs = performance.now();
  await tab.page.context().setOffline(false);
  for (;;) {
    const made = (await tab.rows("open", MADE)).filter((row) => row.includes(title));
    const shownDone = (await tab.rows("done", DONE)).filter((row) =>
      done.some((number) => row.includes(number)),
    );
    const wrong = faults(made, MADE) + faults(shownDone, DONE);
    const passedMs = performance.now() - backMs;
    if (wrong === 0 || passedMs > CAUGHT_UP_MS_MAX) return { caughtUpMs: passedMs, lostOrDoubled: wrong };
  }
}

/** Answers the numbers of the tasks that others have done, as the cards show them. */
async function othersWork(
  { port, databaseUrl }: OurSystem,
  tasks: readonly BoardTask[],
  title: string,
): Promise<string[]> {
  const tokens = new Tokens(databaseUrl);
  const send = async (personOf: BoardTask, path: string, body?: object): Promise<string> =>
    httpRequest(
      "POST",
      `/api/v1/tasks${path}`,
      { authorization: `Bearer ${await tokens.of(personOf.assigneeId)}`, "idempotency-key": newUuid() },
      body,
    );
  const [creators, doers] = [tasks.slice(0, MADE), tasks.slice(-DONE)];
  const creations = creators.map((task) => send(task, "", { title }));
  const completions = doers.map((task) => send(task, `/${task.id}/complete`));
  await callAll(port, CALLERS, await Promise.all([...creations, ...completions]));
  await tokens.close();
  return doers.map(({ number }) => `#${number}\n`);
}

function faults(rows: readonly string[], expected: number): number {
  return Math.abs(expected - new Set(rows).size) + (rows.length - new Set(rows).size);
}
