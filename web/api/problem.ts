export interface FieldProblem {
  readonly pointer?: string;
  readonly code?: string;
  readonly detail?: string;
  /** Of a file. */
  readonly line?: number;
}

interface ProblemBody {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  instance?: string;
  errors?: FieldProblem[];
}

/** An RFC 9457 answer, or the absence of any answer (`code` "unreachable", `status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** The trace id, to quote when asking for help. */
  readonly trace: string | undefined;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: ProblemBody, retryAfterMs?: number) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? `http_${status}`;
    this.trace = body.instance?.replace(/^urn:trace:/, "");
    this.fields = body.errors ?? [];
    this.retryAfterMs = retryAfterMs;
  }

  static async from(response: Response): Promise<Problem> {
    const body = (await response.json().catch(() => ({}))) as ProblemBody | null;
    return new Problem(response.status, body ?? {}, retryAfterMs(response));
  }

  static unreachable(cause: unknown): Problem {
    const problem = new Problem(0, { code: "unreachable", title: "The server does not answer." });
    problem.cause = cause;
    return problem;
  }

  /** What anything thrown is as a problem; a bug keeps its message and its cause. */
  static of(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    const problem = new Problem(0, {
      code: "bug",
      title: thrown instanceof Error ? thrown.message : String(thrown),
    });
    problem.cause = thrown;
    return problem;
  }
}

/** Retry-After as seconds or as a date; undefined when absent or unreadable. */
function retryAfterMs(response: Response): number | undefined {
  const header = response.headers.get("retry-after");
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
