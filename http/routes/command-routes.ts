/** Every route that sends a command. */
import type { Load } from "../load.ts";
import type { CommandRequest, Route } from "../route.ts";
import { correctionCommandRoutes } from "./corrections.ts";
import { type DayCommandDeps, dayCommandRoutes } from "./day-commands.ts";
import { mailCommandRoutes } from "./mail-commands.ts";
import { payoutCommandRoutes } from "./payout-commands.ts";
import { scheduleCommandRoutes } from "./schedule-commands.ts";
import { taskCommandRoutes } from "./task-commands.ts";
import { userCommandRoutes } from "./user-commands.ts";
import { type WebhookCommandDeps, webhookCommandRoutes } from "./webhook-commands.ts";

export interface CommandRouteDeps extends DayCommandDeps, WebhookCommandDeps {
  /** What is on its way to each actor that decides commands. */
  readonly loads: Readonly<Record<CommandRequest["topic"], Load>>;
}

export function commandRoutes(deps: CommandRouteDeps): Route[] {
  return [
    ...under(deps.loads["task-board"], [...taskCommandRoutes(deps), ...dayCommandRoutes(deps)]),
    ...under(deps.loads.directory, [
      ...userCommandRoutes(deps),
      ...payoutCommandRoutes(deps),
      ...mailCommandRoutes(deps),
    ]),
    ...under(deps.loads.bookkeeper, correctionCommandRoutes(deps)),
    ...under(deps.loads.webhook, webhookCommandRoutes(deps)),
    ...under(deps.loads.scheduler, scheduleCommandRoutes(deps)),
  ];
}

function under(load: Load, routes: readonly Route[]): Route[] {
  return routes.map((route) => ({ ...route, load }));
}
