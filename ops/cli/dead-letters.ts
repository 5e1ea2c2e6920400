/** `ates dead-letters`: messages that could not be handled, kept with their reason (EVT-4, OPS-3). */
import type pg from "pg";
import { isUuid } from "../../schemas/ids.ts";
import { type Arguments, type Command, UsageError } from "./command.ts";
import { withInstallation } from "./connection.ts";
import { printable, printTable } from "./table.ts";

interface DeadLetter {
  readonly id: string;
  readonly kind: string;
  readonly partition: number;
  readonly topic: string | null;
  readonly actor: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly state: string;
  readonly traceId: string | null;
  readonly firstAt: string;
  readonly lastAt: string;
}

const COLUMNS = `id, kind, partition, topic, actor, type, code, reason, attempts, state, trace_id as "traceId",
                 first_at as "firstAt", last_at as "lastAt"`;
/** A screen or two; the newest come first. */
const LISTED_MAX = 100;
const REASON_CHARS = 80;

export const deadLetters: Command = {
  name: "dead-letters",
  usage: "[list | show <id>] [--json]",
  summary: `Lists the messages that could not be handled, the newest ${LISTED_MAX} first, or shows one with its envelope.`,
  options: { json: { type: "boolean" } },
  optionHelp: { "--json": "one JSON document instead of text" },
  run: (args) => {
    const id = wanted(args);
    const isJson = args.values.json === true;
    return withInstallation(({ pool }) => (id === undefined ? list(pool, isJson) : show(pool, id, isJson)));
  },
};

/** The id to show; undefined for the list. */
function wanted({ positionals: [verb = "list", id, ...rest] }: Arguments): string | undefined {
  if (rest.length > 0)
    throw new UsageError(`expected list or show <id>, got ${rest.length} arguments too many`);
  if (verb === "list" && id === undefined) return undefined;
  if (verb !== "show")
    throw new UsageError(`expected list or show <id>, got ${[verb, id ?? ""].join(" ").trim()}`);
  if (id === undefined || !isUuid(id))
    throw new UsageError(`show: expected the id of a dead letter, got ${id ?? "nothing"}`);
  return id;
}

async function list(pool: pg.Pool, isJson: boolean): Promise<number> {
  const { rows } = await pool.query<DeadLetter>(
    `select ${COLUMNS} from dead_letters order by last_at desc, id desc limit $1`,
    [LISTED_MAX],
  );
  const counted = await pool.query<{ count: number }>("select count(*) as count from dead_letters");
  const total = counted.rows[0]?.count ?? 0;
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ total, deadLetters: rows }, null, 2)}\n`);
    return 0;
  }
  if (rows.length > 0)
    printTable(["id", "last", "partition", "actor", "type", "state", "why"], rows.map(rowOf));
  const more = total > rows.length ? `, the newest ${rows.length} are shown` : "";
  process.stdout.write(
    total === 0 ? "no dead letters\n" : `\n${total} dead ${total === 1 ? "letter" : "letters"}${more}\n`,
  );
  return 0;
}

function rowOf({ id, lastAt, kind, partition, actor, type, state, code, reason }: DeadLetter): string[] {
  const why = reason.length > REASON_CHARS ? `${reason.slice(0, REASON_CHARS)}…` : reason;
  return [id, lastAt, `${kind}/${partition}`, actor, type, state, `${code}: ${why}`];
}

async function show(pool: pg.Pool, id: string, isJson: boolean): Promise<number> {
  const { rows } = await pool.query<DeadLetter & { envelope: string }>(
    `select ${COLUMNS}, envelope from dead_letters where id = $1`,
    [id],
  );
  const letter = rows[0];
  if (letter === undefined) throw new Error(`there is no dead letter ${id}`);
  if (isJson) process.stdout.write(`${JSON.stringify(letter, null, 2)}\n`);
  else printLetter(letter);
  return 0;
}

function printLetter({ envelope, ...letter }: DeadLetter & { envelope: string }): void {
  printTable(
    ["id", letter.id],
    Object.entries(letter)
      .slice(1)
      .map(([name, value]) => [name, value === null ? "–" : String(value)]),
  );
  const shown = readable(envelope).split("\n").map(printable).join("\n");
  process.stdout.write(`\n${shown}\n`);
}

/** What arrived may be no JSON at all: that may be why it is here. */
function readable(envelope: string): string {
  try {
    return JSON.stringify(JSON.parse(envelope), null, 2);
  } catch {
    return envelope;
  }
}
