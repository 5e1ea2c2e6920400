/** Every route that sends a command. */
import type { Route } from "../route.ts";
import { dayCommandRoutes } from "./day-commands.ts";
import type { CommandDeps } from "./send-command.ts";
import { taskCommandRoutes } from "./task-commands.ts";
import { userCommandRoutes } from "./user-commands.ts";

export function commandRoutes(deps: CommandDeps): Route[] {
  return [...taskCommandRoutes(deps), ...userCommandRoutes(deps), ...dayCommandRoutes(deps)];
}
