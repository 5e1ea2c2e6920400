/** The kinds of work of one edge whose amount is limited each by itself: none takes the room of another. */
import type { EdgeLimits } from "./limits.ts";
import { Load } from "./load.ts";
import type { CommandRequest } from "./route.ts";

type CommandTopic = CommandRequest["topic"];

export type EdgeLoads = Readonly<Record<CommandTopic | "logins", Load>>;

export function edgeLoads(limits: EdgeLimits, isBehind: (topic: CommandTopic) => boolean): EdgeLoads {
  const commands = (topic: CommandTopic) =>
    new Load({
      min: limits.commandsInFlightMin,
      max: limits.commandsInFlightMax,
      waitMsMax: limits.commandWaitMsMax,
      isBehind: () => isBehind(topic),
    });
  const logins = limits.loginsInProgressMax;
  return {
    "task-board": commands("task-board"),
    directory: commands("directory"),
    bookkeeper: commands("bookkeeper"),
    webhook: commands("webhook"),
    scheduler: commands("scheduler"),
    logins: new Load({ min: logins, max: logins, waitMsMax: 0 }),
  };
}
