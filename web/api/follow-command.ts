import { feed } from "../feed/feed.ts";
import { get } from "./get.ts";
import { pause } from "./pause.ts";
import { Problem } from "./problem.ts";
import type { Command } from "./resources.ts";

const FIRST_WAIT_MS = 300;
const WAIT_MAX_MS = 3_000;
const GIVE_UP_AFTER_MS = 120_000;

/** Asks a command's status resource until it is done; the feed's `command` event cuts a wait short. */
export async function followCommand(path: string): Promise<unknown> {
  const until = Date.now() + GIVE_UP_AFTER_MS;
  for (let wait = FIRST_WAIT_MS; Date.now() < until; wait = Math.min(wait * 1.6, WAIT_MAX_MS)) {
    const command = await get<Command>(path).catch((thrown: unknown) => {
      const problem = Problem.of(thrown);
      if (problem.code === "unreachable" || problem.status >= 500) return undefined;
      throw problem;
    });
    if (command?.state === "done") return finished(command);
    await pauseOrEvent(path, wait);
  }
  throw new Problem(0, { code: "command_slow", title: "The exchange has not finished this yet." });
}

function finished(command: Command): unknown {
  const status = command.status ?? 200;
  if (status >= 400) throw new Problem(status, (command.body ?? {}) as object);
  return command.body;
}

async function pauseOrEvent(path: string, ms: number): Promise<void> {
  const early = new AbortController();
  const off = feed.on("command", (event) => {
    if (path.endsWith(event.id)) early.abort();
  });
  await pause(ms, early.signal).catch(() => {});
  off();
}
