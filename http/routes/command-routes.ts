/** Every route that sends a command. */
import type { Route } from "../route.ts";
import { type DayCommandDeps, dayCommandRoutes } from "./day-commands.ts";
import { taskCommandRoutes } from "./task-commands.ts";
import { userCommandRoutes } from "./user-commands.ts";

export function commandRoutes(deps: DayCommandDeps): Route[] {
  return [...taskCommandRoutes(deps), ...userCommandRoutes(deps), ...dayCommandRoutes(deps)];
}
