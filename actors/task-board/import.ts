/**
 * Import (TT-12): rows of a file become tasks, in pieces; between two pieces other commands get their turn. The edge has
 * read and checked the file: its rows wait in Postgres, piece by piece. A row whose task is on the board already makes
 * nothing, so the same file twice adds nothing, and a piece that is done again adds nothing either.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { JobId } from "../../schemas/ids.ts";
import { rejected } from "../../schemas/rejections.ts";
import { type Context, type Decision, type Fact, type Later, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import type { BoardState, Import, ImportPiece, PieceRow } from "./state.ts";
import { created, senderOf } from "./task.ts";

export function startImport(
  state: BoardState,
  message: Envelope<"tasks.import">,
  context: Context,
): Decision {
  const { jobId, pieces, rows, rejected: bad } = message.data;
  if (rows > 0 && state.eligible.length === 0) return rejected("nobody_to_assign");
  const started: Import = {
    jobId,
    creatorId: senderOf(message),
    state: "queued",
    cursor: 0,
    upTo: pieces,
    total: rows + bad,
    result: { created: 0, unchanged: 0, rejected: bad },
  };
  if (pieces === 0) return { accepted: true, facts: [progressed({ ...started, state: "done" }, context)] };
  const isFirst = state.board.imports.length === 0;
  return {
    accepted: true,
    facts: [progressed(started, context)],
    later: isFirst ? [continuation(started, context)] : [],
  };
}

export function continueImport(
  state: BoardState,
  message: Envelope<"import.continue">,
  context: Context,
): Decision {
  const { jobId, piece: number } = message.data;
  const current = state.board.imports[0];
  if (current?.jobId !== jobId || current.cursor + 1 !== number) return NOTHING;
  const piece = state.piece(jobId, number);
  // What is made stays; the same file brings the rest when it is imported again.
  const isLost = piece === undefined || state.eligible.length === 0;
  const fresh = isLost ? [] : freshRows(piece, state);
  const next = isLost ? current : advanced(current, piece, fresh.length);
  const isOver = isLost || number === current.upTo;
  const following = isOver ? state.board.imports[1] : next;
  return {
    accepted: true,
    facts: [
      ...fresh.flatMap((row, index) => {
        const task = { ...row, number: state.board.lastNumber + 1 + index };
        return created(task, current.creatorId, state, context);
      }),
      progressed({ ...next, state: isLost ? "failed" : isOver ? "done" : "running" }, context),
    ],
    later: following === undefined ? [] : [continuation(following, context)],
  };
}

/** Rows whose task is not there yet, each once. */
function freshRows({ rows }: ImportPiece, state: BoardState): PieceRow[] {
  const fresh = new Map<string, PieceRow>();
  for (const row of rows) {
    const isThere = row.isKnown || state.task(row.taskId) !== undefined;
    if (!isThere && !fresh.has(row.taskId)) fresh.set(row.taskId, row);
  }
  return [...fresh.values()];
}

function advanced(current: Import, { number, rows }: ImportPiece, fresh: number): Import {
  const { result } = current;
  return {
    ...current,
    cursor: number,
    result: {
      ...result,
      created: result.created + fresh,
      unchanged: result.unchanged + rows.length - fresh,
    },
  };
}

type Progress = Omit<Import, "state"> & { readonly state: Import["state"] | "failed" };

function progressed({ state, jobId, total, result, ...rest }: Progress, context: Context): Fact {
  return fact("job.progressed", `job/${jobId}`, jobId, {
    ...rest,
    jobId,
    kind: "import",
    state,
    done: result.created + result.unchanged + result.rejected,
    total,
    result,
    occurredAt: context.now,
  });
}

function continuation({ jobId, cursor }: { jobId: JobId; cursor: number }, context: Context): Later {
  return {
    word: "continue",
    dueAtMs: context.nowMs,
    type: "import.continue",
    subject: `import/${jobId}`,
    data: { jobId, piece: cursor + 1 },
  };
}
