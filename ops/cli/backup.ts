/** `ates backup`: a copy of a running installation's Postgres to start from elsewhere (ops/runbooks/backup-and-restore.md). */
import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { takeBaseBackup } from "../embedded/base-backup.ts";
import { type Command, UsageError } from "./command.ts";
import { withInstallation } from "./connection.ts";

const BYTES_PER_MIB = 1_048_576;
const TELL_EVERY_MS = 2_000;

export const backup: Command = {
  name: "backup",
  usage: "DIR",
  takesWords: true,
  summary: [
    "Copies the running Postgres of this machine into a new folder, from which `ates up --data DIR` goes on.",
    "",
    "People may work meanwhile. For a Postgres of another machine use its own tools: pg_basebackup, pg_dump.",
  ].join("\n"),
  run: async ({ positionals: [to, ...more] }) => {
    if (to === undefined || more.length > 0) throw new UsageError("expected `backup DIR`, one new folder");
    const folder = resolve(to);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    if ((await readdir(folder)).length > 0) throw new UsageError(`${folder}: expected a new or empty folder`);
    return withInstallation(async ({ servers }) => {
      const url = servers.databaseUrl;
      const bytes = await takeBaseBackup({ url, to: join(folder, "postgres"), onProgress: progress() });
      process.stdout.write(`${mebibytes(bytes)} MiB in ${folder}\n`);
      return 0;
    });
  },
};

function progress(): (bytes: number, ofBytes: number) => void {
  let toldMs = performance.now();
  return (bytes, ofBytes) => {
    if (performance.now() - toldMs < TELL_EVERY_MS) return;
    toldMs = performance.now();
    process.stdout.write(`${mebibytes(bytes)} of some ${mebibytes(ofBytes)} MiB\n`);
  };
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_MIB);
}
