// A base backup of a running Postgres whose files are on this machine: what pg_basebackup makes, which the embedded
// package does not bring. What it leaves is a data folder as startPostgres takes it: a copy to restore, or the beginning
// of a replica.
//
// 1. The copy is torn while it is made; with the log written meanwhile it becomes what the database was at the copy's end.
// 2. A temporary slot keeps that log until it is copied, too; it goes with the session, also when we are killed.
// 3. The backup appears whole or not at all: it is made beside its place and renamed.

import { chown, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";

export interface BaseBackupOptions {
  /** Of a role that may take backups: the one the installation belongs to. */
  readonly url: string;
  /** The new data folder; must not exist. */
  readonly to: string;
  /** Follows the server when it is started, and takes no writes. */
  readonly isReplica?: boolean;
  /** After each file: bytes written so far, of some in all. */
  readonly onProgress?: (bytes: number, ofBytes: number) => void;
}

/** Made anew by every server, or of the running one alone. */
const NOT_COPIED = new Set([
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);
const NOT_COPIED_FILES =
  /^(postmaster\.(pid|opts)|pg_internal\.init.*|pgsql_tmp.*|standby\.signal|recovery\.signal)$/;

/** Answers how many bytes it wrote. */
export async function takeBaseBackup({
  url,
  to,
  isReplica = false,
  onProgress = () => {},
}: BaseBackupOptions): Promise<number> {
  const unfinished = `${to}.unfinished`;
  await mkdir(unfinished, { mode: 0o755 });
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const source = await folderOf(client);
    await refuseTablespaces(source);
    const ofBytes = await sizeOf(client);
    const copy = new Copy(await stat(source), (bytes) => onProgress(bytes, ofBytes));
    const cluster = join(unfinished, "cluster");
    await client.query("select pg_create_physical_replication_slot($1, true, true)", [
      `backup_${process.pid}_${Date.now()}`,
    ]);
    const first = await walFile(client, "pg_backup_start('ates', true)");
    await copy.folder(source, cluster);
    const { rows } = await client.query<{ label: string }>(
      "select labelfile as label from pg_backup_stop(wait_for_archive => false)",
    );
    const last = await walFile(client, "pg_current_wal_lsn()");
    await copy.folder(
      join(source, "pg_wal"),
      join(cluster, "pg_wal"),
      (name) => first <= name && name <= last,
    );
    await copy.write(join(cluster, "backup_label"), rows[0]?.label ?? "");
    if (isReplica) await makeReplica(copy, cluster, url);
    await writeFile(join(unfinished, "password"), decodeURIComponent(new URL(url).password), { mode: 0o600 });
    await rename(unfinished, to);
    return copy.bytes;
  } finally {
    await client.end();
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function folderOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ folder: string }>(
    "select current_setting('data_directory') as folder",
  );
  const folder = rows[0]?.folder ?? "";
  const isHere = await stat(join(folder, "PG_VERSION")).catch(() => undefined);
  if (isHere !== undefined) return folder;
  throw new Error(
    `the data of this Postgres (${folder}) is not on this machine or may not be read: use pg_basebackup beside it`,
  );
}

/** They lie elsewhere and are links here: a copy without them would be no backup. */
async function refuseTablespaces(folder: string): Promise<void> {
  const found = await readdir(join(folder, "pg_tblspc"));
  if (found.length > 0)
    throw new Error(
      `this Postgres keeps data in ${found.length} tablespaces of its own: use pg_basebackup beside it`,
    );
}

async function sizeOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    "select sum(pg_database_size(oid)) as bytes from pg_database",
  );
  return Number(rows[0]?.bytes);
}

/** The file of the log that holds a place in it. */
async function walFile(client: Client, place: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(`select pg_walfile_name(${place}) as name`);
  return rows[0]?.name ?? "";
}

async function makeReplica(copy: Copy, cluster: string, url: string): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const from = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  await copy.write(join(cluster, "postgresql.auto.conf"), `primary_conninfo = '${from}'\n`);
  await copy.write(join(cluster, "standby.signal"), "");
}

/** Files with the owner that the server runs as. What goes away while it is copied, the log takes away again. */
class Copy {
  bytes = 0;
  readonly #owner: { readonly uid: number; readonly gid: number };
  readonly #onFile: (bytes: number) => void;

  constructor(owner: { readonly uid: number; readonly gid: number }, onFile: (bytes: number) => void) {
    this.#owner = owner;
    this.#onFile = onFile;
  }

  async folder(from: string, to: string, isWanted = (_name: string) => true): Promise<void> {
    await mkdir(to, { recursive: true, mode: 0o700 });
    await this.#own(to);
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory()) {
        await (NOT_COPIED.has(entry.name) ? this.#empty(target) : this.folder(source, target)).catch(
          unlessGone,
        );
      } else if (entry.isFile() && !NOT_COPIED_FILES.test(entry.name) && isWanted(entry.name)) {
        await this.#file(source, target).catch(unlessGone);
      }
    }
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(file, text, { mode: 0o600 });
    await this.#own(file);
  }

  async #empty(folder: string): Promise<void> {
    await mkdir(folder, { mode: 0o700 });
    await this.#own(folder);
  }

  async #file(from: string, to: string): Promise<void> {
    await copyFile(from, to);
    await this.#own(to);
    this.bytes += (await stat(to)).size;
    this.#onFile(this.bytes);
  }

  async #own(path: string): Promise<void> {
    if (process.getuid?.() === 0) await chown(path, this.#owner.uid, this.#owner.gid);
  }
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
