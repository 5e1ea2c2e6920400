/**
 * From the outcome of a command to the answer of HTTP. GET /commands/{id} tells the same story later, so both are here:
 * the status is a function of the command's type and its stored outcome, and of nothing else.
 */
import type { TaskResource } from "../schemas/resources.ts";
import type { CommandRow } from "./command-store.ts";
import { BASE } from "./dispatch.ts";
import { documentOf, HeadedRefusal, refusalOfRejection, unavailable } from "./problem.ts";
import type { Refusal } from "./refusal.ts";
import type { CommandOutcome, RouteReply } from "./route.ts";

const RETRY_AFTER_S = 1;

/** 200 is the rule; these are the exceptions of api.md. */
const ACCEPTED_STATUS: Readonly<Record<string, (body: unknown) => number>> = {
  "task.create": () => 201,
  "user.register": () => 201,
  "correction.propose": () => 201,
  "schedule.create": () => 201,
  "tasks.shuffle": () => 202,
  "tasks.import": () => 202,
  "receipt.resend": () => 202,
  "mail.resend": () => 202,
  "link.send": () => 202,
  "payout.enquire": () => 202,
  "webhook.create": () => 201,
  "webhook.delete": () => 204,
  "webhook.resend": () => 202,
  "day.close": (body) => ((body as { state?: unknown } | null)?.state === "closed" ? 200 : 202),
  "dead-letter.replay": () => 202,
  "dead-letter.drop": () => 202,
};

export function acceptedStatus(type: string, body: unknown): number {
  return ACCEPTED_STATUS[type]?.(body) ?? 200;
}

/** The answer of HTTP; throws the refusal when the command was rejected or could not be handed on. */
export function replyOf(type: string, outcome: CommandOutcome): RouteReply {
  switch (outcome.state) {
    case "accepted":
      return {
        status: acceptedStatus(type, outcome.body),
        body: outcome.body,
        headers: { ...resourceHeaders(type, outcome.body), ...replayedHeader(outcome.replayed) },
      };
    case "rejected":
      throw withHeaders(
        refusalOfRejection(outcome.code, outcome.detail || undefined),
        replayedHeader(outcome.replayed),
      );
    case "pending":
      return {
        status: 202,
        body: { id: outcome.id, state: "pending", status: null, body: null },
        headers: { Location: `${BASE}/commands/${outcome.id}`, "Retry-After": String(RETRY_AFTER_S) },
      };
    case "running":
      throw new HeadedRefusal(
        409,
        "command_running",
        "The first request with this Idempotency-Key is still running.",
        {
          "Retry-After": String(RETRY_AFTER_S),
        },
      );
    case "unavailable":
      throw unavailable(outcome.reason, outcome.retryAfterS);
    default:
      throw new Error(`no answer for ${JSON.stringify(outcome satisfies never)}`);
  }
}

/** What the command's first answer was, or would have been: status and body. */
export function storedAnswer(row: CommandRow): { readonly status: number | null; readonly body: unknown } {
  if (row.state === "pending") return { status: null, body: null };
  if (row.accepted === true) return { status: acceptedStatus(row.type, row.body), body: row.body };
  const detail = (row.body as { detail?: string } | null)?.detail;
  const refusal = refusalOfRejection(row.code ?? "", detail);
  return { status: refusal.status, body: documentOf(refusal, row.traceId ?? "") };
}

/** ETag of a task, Location of what was created. */
function resourceHeaders(type: string, body: unknown): Record<string, string> {
  const { id, version, jobId, businessDate } = (body ?? {}) as Partial<TaskResource> & {
    jobId?: string;
    businessDate?: string;
  };
  if (type === "tasks.shuffle" || type === "tasks.import") return { Location: `${BASE}/jobs/${jobId}` };
  if (type === "day.close") return { Location: `${BASE}/days/${businessDate}` };
  if (type === "user.register") return { Location: `${BASE}/users/${id}` };
  if (type === "schedule.create") return { Location: `${BASE}/schedules` };
  if (!type.startsWith("task.")) return {};
  const etag = { ETag: `"${version}"` };
  return type === "task.create" ? { ...etag, Location: `${BASE}/tasks/${id}` } : etag;
}

function replayedHeader(replayed: boolean): Record<string, string> {
  return replayed ? { "Idempotency-Replayed": "true" } : {};
}

function withHeaders(refusal: Refusal, headers: Record<string, string>): Refusal {
  return Object.keys(headers).length === 0
    ? refusal
    : new HeadedRefusal(refusal.status, refusal.code, refusal.detail, headers);
}
