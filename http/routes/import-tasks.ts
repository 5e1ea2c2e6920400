/** POST /tasks/import: tasks from a CSV file, previewed or begun as a job of the board (TT-12). */
import { hash } from "node:crypto";
import type { JobId } from "../../schemas/ids.ts";
import { keyedCommandId } from "../command-id.ts";
import type { Database } from "../database.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { type AskedColumns, shown } from "../import/columns.ts";
import { ROWS_MAX, SEPARATORS, type Separator } from "../import/csv-file.ts";
import { keepImport, knownTasks } from "../import/import-store.ts";
import {
  ERRORS_SHOWN_MAX,
  piecesOf,
  previewOf,
  type ReadImport,
  readImport,
  rejectsOf,
  tasksOf,
} from "../import/read-import.ts";
import { refusalOfRejection } from "../problem.ts";
import { badRequest, Refusal } from "../refusal.ts";
import type { JsonSchema, Route, RouteReply, RouteRequest } from "../route.ts";
import { commandAnswers, JOB_STARTED } from "./command-answers.ts";
import { callerOf } from "./read-deps.ts";
import { ok } from "./reply.ts";
import { ROW_ERROR } from "./resource-schemas.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { arrayOf, COUNT, object, oneOf, orNull, TEXT } from "./value-schemas.ts";

export interface ImportDeps extends CommandDeps {
  readonly database: Database;
}

const FILE_BYTES_MAX = 32 * 1024 * 1024;
const POSITION: JsonSchema = { type: ["integer", "null"], minimum: 1, description: "From 1; null: none." };

const column = (what: string): JsonSchema => ({
  type: "string",
  maxLength: 200,
  pattern: "^[^\\u0000]*$",
  description: `The column of the ${what}: its name in the header, in any case, or \`#3\` for the third. Empty: it is not taken. Found by the header unless told, Jira's names and Russian ones too.`,
});

const PREVIEW = object({
  separator: oneOf(Object.keys(SEPARATORS)),
  columns: arrayOf(object({ position: COUNT, name: TEXT })),
  mapping: {
    ...object({ title: POSITION, jiraId: POSITION, description: POSITION }),
    description:
      "Positions of the columns; while `title` is null nothing can be imported, and no row is judged.",
  },
  rows: COUNT,
  created: COUNT,
  unchanged: { ...COUNT, description: "Rows whose task is there already, or stands in an earlier row." },
  rejected: COUNT,
  errors: { ...arrayOf(ROW_ERROR), description: `The first ${ERRORS_SHOWN_MAX}.` },
  sample: arrayOf(
    object({
      row: COUNT,
      cells: arrayOf(TEXT),
      outcome: orNull(oneOf(["created", "unchanged", "rejected"])),
    }),
  ),
});

type ImportQuery = AskedColumns & { readonly dryRun?: boolean; readonly separator?: Separator };

const ROUTE = { method: "POST", path: "/tasks/import" } as const;

export function importRoute(deps: ImportDeps): Route {
  return {
    ...ROUTE,
    tag: "tasks",
    scope: "tasks",
    summary: `Make tasks of a CSV file's rows (at most ${ROWS_MAX}); with dryRun only tell what would be made`,
    description:
      "A row is known by its Jira id, without one by its title and description: one whose task is on the board already is unchanged, so the same file or row twice makes nothing twice. Rows that no task can be made of are rejected, the others are imported. An import needs an Idempotency-Key, a dry run none.",
    access: "signed-in",
    idempotencyKey: "optional",
    query: {
      dryRun: { type: "boolean", description: "Only tell what an import would do; false unless told." },
      title: column("title"),
      jiraId: column("Jira id"),
      description: column("description"),
      separator: oneOf(Object.keys(SEPARATORS), "Found by the header unless told."),
    },
    upload: { type: "text/csv", bytesMax: FILE_BYTES_MAX, description: "UTF-8, with a header." },
    responses: commandAnswers({
      200: { description: "What an import would do now.", schema: PREVIEW },
      202: { description: "The job that does it; Location names it.", schema: JOB_STARTED },
      409: { description: "Nobody can be assigned." },
    }),
    async handle(request) {
      const { dryRun = false, separator, ...columns } = request.query as ImportQuery;
      if (!dryRun && request.idempotencyKey === undefined) {
        throw new Refusal(400, "idempotency_key_required", "An import needs an Idempotency-Key.");
      }
      const read = await readImport(request.body as Buffer, columns, separator);
      if (dryRun) return ok(previewOf(read, await knownTasks(deps.database, tasksOf(read))));
      if (read.mapping.title === undefined) throw noTitle(read);
      return start(deps, request, read);
    },
  };
}

function noTitle({ file }: ReadImport): Refusal {
  const detail = `expected the name of the column that holds the titles; the file has ${shown(file.columns)}`;
  return badRequest([{ pointer: "/query/title", detail }]);
}

/** The job's id is the command's: the same request again means the same job. */
async function start(deps: ImportDeps, request: RouteRequest, read: ReadImport): Promise<RouteReply> {
  const { id: creatorId } = callerOf(request);
  const jobId = keyedCommandId(creatorId, request.idempotencyKey ?? "") as JobId;
  const said = { query: request.query, file: hash("sha256", request.body as Buffer, "hex") };
  const tasks = tasksOf(read);
  const pieces = piecesOf(tasks);
  const rejects = rejectsOf(read);
  const kept = await keepImport(deps.database, {
    jobId,
    creatorId,
    fingerprint: fingerprintOf(ROUTE.method, ROUTE.path, said),
    columns: read.file.columns,
    pieces,
    rejects,
  });
  if (kept === "exists-with-different-fingerprint") throw refusalOfRejection("key_reused");
  const data = { jobId, pieces: pieces.length, rows: tasks.length, rejected: rejects.length };
  const order = { topic: "task-board", type: "tasks.import", subject: `import/${jobId}`, data } as const;
  return sendCommand(deps, ROUTE, request, order, said);
}
