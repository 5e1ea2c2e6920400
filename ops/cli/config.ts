/** `ates config`: every setting, what it is set to, and why its default is what it is. */
import { describeConfig, readConfig } from "../config.ts";
import type { Command } from "./command.ts";

export const config: Command = {
  name: "config",
  usage: "",
  summary: "Prints every setting with its value, default and reason; fails when one is wrong.",
  run: async () => {
    for (const { env, value, fallback, about } of describeConfig()) {
      const changed = value === fallback ? "" : `  (default ${fallback === "" ? "empty" : fallback})`;
      process.stdout.write(`${env}=${value}${changed}\n    ${about}\n`);
    }
    readConfig();
    return 0;
  },
};
