/** `ates seed`: the demo's people and tasks for a running system. */

import { readConfig } from "../config.ts";
import { makeDemoData } from "../demo-data.ts";
import { keptDemoPassword } from "../demo-password.ts";
import { reasonOf } from "../reach.ts";
import { readRunning } from "../running-file.ts";
import { type Command, UsageError } from "./command.ts";

export const seed: Command = {
  name: "seed",
  usage: "[--url URL]",
  summary: "Makes the demo's people and tasks through the API of a running system, as admin@ates.local.",
  options: { url: { type: "string" } },
  optionHelp: { "--url URL": "the board's address; default: the system that runs from this folder" },
  run: async ({ values }) => {
    const { dataDir, demoPassword } = readConfig();
    const password = demoPassword ?? (await keptDemoPassword(dataDir));
    const url = typeof values.url === "string" ? values.url : (await readRunning(dataDir))?.boardUrl;
    if (url === undefined) throw new UsageError("expected --url, for no system runs from this folder");
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new UsageError(`--url: expected a URL of http or https, got ${url}`);
    if (password === undefined)
      throw new UsageError(
        "expected ATES_DEMO_PASSWORD: the password of admin@ates.local, and of everybody it makes",
      );
    await fetch(`${url}/livez`).catch((error: Error) => {
      throw new Error(`no edge answers at ${url}: ${reasonOf(error.cause ?? error)}`, { cause: error });
    });
    await makeDemoData(url, password);
    process.stdout.write("made the demo's people and tasks\n");
    return 0;
  },
};
