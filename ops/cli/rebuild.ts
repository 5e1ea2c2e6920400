/** `ates rebuild`: a read side made again from its facts, compared with the live one and mended (AN-3, OPS-3). */
import type pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { isDifferent, type RebuiltTable, rebuildAnalytics } from "../analytics/rebuild.ts";
import { reach } from "../reach.ts";
import { type Command, UsageError } from "./command.ts";
import { withInstallation } from "./connection.ts";
import { printTable } from "./table.ts";

export const rebuild: Command = {
  name: "rebuild",
  usage: "analytics [--check]",
  takesWords: true,
  summary: [
    "Makes the analytics read side again from the facts it has kept, compares it row by row, and mends what differs.",
    "",
    "It may run while people work. With --check nothing is mended, and it exits 1 when something differs.",
  ].join("\n"),
  options: { check: { type: "boolean" } },
  optionHelp: { "--check": "compare only" },
  run: ({ values, positionals }) => {
    if (positionals.length !== 1 || positionals[0] !== "analytics")
      throw new UsageError(`expected \`rebuild analytics\`, got \`rebuild ${positionals.join(" ")}\``);
    const isCheck = values.check === true;
    return withInstallation(async ({ config, servers, company: { partitions } }) => {
      const { analyticsDatabaseUrl: url } = config;
      const pool = patientPool(servers.databaseUrl);
      const own = url === undefined ? undefined : patientPool(url);
      try {
        if (own !== undefined && url !== undefined) await reach(own, url);
        const found = await rebuildAnalytics({
          pool,
          own,
          partitions,
          isCheck,
          onProgress: progressOf(partitions),
        });
        tell(found);
        const differ = found.some(isDifferent);
        print(
          differ ? (isCheck ? "they differ: run it without --check" : "mended") : "the live one is equal",
        );
        return differ && isCheck ? 1 : 0;
      } finally {
        await Promise.all([pool.end(), own?.end()]);
      }
    });
  },
};

/** Comparing two large tables takes longer than a batch may. */
const STATEMENT_MS_MAX = 600_000;
/** One that reads facts, and one that writes rows. */
const CONNECTIONS = 2;

function patientPool(url: string): pg.Pool {
  return postgresPool(url, CONNECTIONS, () => {}, { statementTimeoutMs: STATEMENT_MS_MAX });
}

const progressOf = (partitions: number) => (done: number, facts: number) =>
  print(`${done} of ${partitions} partitions replayed, ${facts} facts`);

function tell(found: readonly RebuiltTable[]): void {
  printTable(
    ["table", "rows", "wrong", "missing"],
    found.map(({ table, rows, wrong, missing }) => [table, String(rows), String(wrong), String(missing)]),
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
