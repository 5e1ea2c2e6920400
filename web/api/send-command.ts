import { followCommand } from "./follow-command.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { pause } from "./pause.ts";
import { Problem } from "./problem.ts";
import { apiPath, request } from "./request.ts";

export interface CommandOptions {
  readonly ifMatch?: string | undefined;
}

/** Waits between tries with the same key. Silence leaves the outcome unknown, and the key makes asking again safe. */
const RETRY_WAITS_MS = [300, 1_000, 2_500, 5_000];
const RETRY_AFTER_MAX_MS = 5_000;

/**
 * Sends a command that is done once, however often it is sent: one Idempotency-Key for all its tries.
 * A 202 with a command's Location is followed to its outcome; a 202 with a job's Location gives its body.
 */
export async function sendCommand<T>(
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  options: CommandOptions = {},
): Promise<T> {
  // Without a network the page is for reading: nothing is kept to be done later, when it may no longer be right.
  if (!navigator.onLine) throw new Problem(0, { code: "offline", title: "There is no network." });
  const headers: Record<string, string> = { "idempotency-key": idempotencyKey() };
  if (options.ifMatch !== undefined) headers["if-match"] = options.ifMatch;
  for (let tried = 0; ; tried += 1) {
    try {
      return await outcome<T>(await request(path, { method, headers, body }));
    } catch (thrown) {
      const wait = waitBeforeRetryMs(Problem.of(thrown), tried);
      if (wait === undefined) throw thrown;
      await pause(wait);
    }
  }
}

async function outcome<T>(response: Response): Promise<T> {
  const location = response.headers.get("location");
  if (response.status === 202 && location !== null && isCommand(location)) {
    return (await followCommand(apiPath(location))) as T;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json().catch(() => undefined)) as T;
}

function isCommand(location: string): boolean {
  return /\/commands\/[^/]+$/.test(location);
}

/** Undefined: do not try again. */
function waitBeforeRetryMs(problem: Problem, tried: number): number | undefined {
  const wait = RETRY_WAITS_MS[tried];
  if (wait === undefined) return undefined;
  if (problem.code === "unreachable" || problem.status === 502 || problem.status === 504) return wait;
  // 503: that part is down for a moment. 409 with Retry-After: the first try with this key is still running.
  const promised = problem.status === 503 || problem.status === 409 ? problem.retryAfterMs : undefined;
  return promised === undefined ? undefined : Math.min(Math.max(promised, wait), RETRY_AFTER_MAX_MS);
}
