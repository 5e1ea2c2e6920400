/** `ates schemas`: who says what in which version, and whether an old one may go (EVT-3, runbook schema-migration). */
import { ready, redisFactory } from "../../streams/connection.ts";
import { placeOf, reasonOf } from "../reach.ts";
import { readSchemaVersions, type VersionInUse } from "../schema-versions.ts";
import type { Command } from "./command.ts";
import { REDIS_ANSWER_MS, requireRedis, withInstallation } from "./connection.ts";
import { printTable } from "./table.ts";

export const schemas: Command = {
  name: "schemas",
  usage: "[--old] [--json]",
  summary: [
    "Prints who says what in which version, and when last: of what the streams and Postgres hold.",
    "",
    "With --old only versions that are not the latest; exits 1 while there are any.",
  ].join("\n"),
  options: { old: { type: "boolean" }, json: { type: "boolean" } },
  optionHelp: {
    "--old": "only versions that are not the latest",
    "--json": "one JSON document instead of a table",
  },
  run: ({ values }) =>
    withInstallation(async ({ servers, pool, company }) => {
      const url = requireRedis(servers);
      const redis = redisFactory(url, () => {})("commands");
      try {
        await ready(redis, REDIS_ANSWER_MS).catch((error) => {
          throw new Error(`Redis at ${placeOf(url)} does not answer: ${reasonOf(error)}`, { cause: error });
        });
        const all = await readSchemaVersions(pool, redis, company.partitions);
        const shown = values.old === true ? all.filter(({ isLatest }) => !isLatest) : all;
        if (values.json === true) process.stdout.write(`${JSON.stringify({ versions: shown }, null, 2)}\n`);
        else print(shown);
        return values.old === true && shown.length > 0 ? 1 : 0;
      } finally {
        redis.disconnect();
      }
    }),
};

function print(versions: readonly VersionInUse[]): void {
  printTable(
    ["type", "version", "source", "in streams", "waiting", "last"],
    versions.map(({ type, version, isLatest, source, inStreams, waiting, lastAt }) => [
      type,
      `${version}${isLatest ? "" : " (old)"}`,
      source,
      String(inStreams),
      String(waiting),
      lastAt ?? "-",
    ]),
  );
  const old = versions.filter(({ isLatest }) => !isLatest).length;
  process.stdout.write(`\n${versions.length} versions in use, ${old} of them old\n`);
}
