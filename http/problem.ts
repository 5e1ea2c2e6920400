/**
 * Problems of RFC 9457: the one file that gives codes their HTTP numbers.
 *
 * 1. Whatever was thrown, the answer has `type, title, status, detail, code, instance`; `instance` names the trace.
 * 2. Nothing of the inside gets out: an error that nobody foresaw is `internal_error`, its words only in the log.
 * 3. A lost Postgres or Redis is 503 with Retry-After, not a bug (EDGE-3).
 */
import { HttpError } from "koa";
import { REJECTIONS, type RejectionCode } from "../schemas/rejections.ts";
import { type InputError, Refusal } from "./refusal.ts";
import { isUnavailable } from "./unavailable.ts";

const REJECTION_STATUS: Readonly<Record<RejectionCode, number>> = {
  nobody_to_assign: 409,
  task_not_found: 404,
  task_not_open: 409,
  task_reassigned: 409,
  not_assignee: 403,
  not_allowed: 403,
  version_conflict: 412,
  email_taken: 409,
  user_not_found: 404,
  last_admin: 409,
  day_not_started: 409,
  correction_not_found: 404,
  correction_decided: 409,
  own_correction: 403,
  amount_not_allowed: 400,
  own_account: 403,
  webhook_not_found: 404,
  webhook_not_active: 409,
  too_many_webhooks: 409,
  delivery_not_found: 404,
  schedule_not_found: 404,
  invalid_cron: 400,
  too_many_schedules: 409,
  own_words: 403,
  key_reused: 422,
  mailbox_parked: 503,
  unprocessable_message: 500,
};

/** Where the contract's code is another word than the actor's. */
const CONTRACT_CODE: Partial<Record<RejectionCode, string>> = { key_reused: "idempotency_key_reused" };

const TITLES: Readonly<Record<number, string>> = {
  400: "The request is not valid",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  406: "Not acceptable",
  409: "In conflict with the present state",
  412: "The precondition does not hold",
  413: "The body is too large",
  415: "Unsupported content type",
  422: "The Idempotency-Key was used before",
  429: "Too many requests",
  500: "Internal error",
  503: "Temporarily unavailable",
};

/** The code of an error that has only an HTTP number: those that koa and its middleware throw. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: "invalid_request",
  401: "token_invalid",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  406: "not_acceptable",
  413: "body_too_large",
  415: "unsupported_media_type",
  429: "rate_limited",
};

const RETRY_AFTER_S = 1;
/** Who is refused together shall not come back together. */
export const OVERLOADED_RETRY_AFTER_S: readonly number[] = [1, 2, 3];

type Headers = Readonly<Record<string, string>>;

/** A refusal that says more in its headers: Allow, Retry-After, WWW-Authenticate. */
export class HeadedRefusal extends Refusal {
  readonly headers: Headers;

  constructor(status: number, code: string, detail: string, headers: Headers) {
    super(status, code, detail);
    this.headers = headers;
  }
}

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly instance: string;
  readonly errors?: readonly InputError[];
}

export interface Problem {
  readonly status: number;
  readonly headers: Headers;
  readonly document: ProblemDocument;
}

export const PROBLEM_SCHEMA = {
  type: "object",
  required: ["type", "title", "status", "detail", "code", "instance"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", description: "Stable, snake_case." },
    instance: { type: "string", description: "urn:trace:<trace id>" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: {
          pointer: { type: "string" },
          detail: { type: "string" },
          code: { type: "string", description: "What is wrong with a file; stable, snake_case." },
          line: { type: "integer", description: "The file's line, from 1." },
        },
      },
    },
  },
} as const;

/** The answer to anything that was thrown; never throws itself. */
export function problemOf(error: unknown, traceId: string): Problem {
  const refusal = asRefusal(error);
  const own = refusal instanceof HeadedRefusal ? refusal.headers : {};
  const headers = { ...defaultHeaders(refusal.status), ...own };
  return { status: refusal.status, headers, document: documentOf(refusal, traceId) };
}

/** An actor's rejection as the refusal that HTTP shows; an unknown code is a bug of ours, so 500. */
export function refusalOfRejection(code: string, detail?: string): Refusal {
  if (!Object.hasOwn(REJECTION_STATUS, code)) return internal();
  const known = code as RejectionCode;
  return new Refusal(REJECTION_STATUS[known], CONTRACT_CODE[known] ?? known, detail ?? REJECTIONS[known]);
}

export function unavailable(detail: string, retryAfterS: number = RETRY_AFTER_S): HeadedRefusal {
  return new HeadedRefusal(503, "unavailable", detail, { "Retry-After": String(retryAfterS) });
}

export function overloaded(retryAfterS: number = anyOf(OVERLOADED_RETRY_AFTER_S)): HeadedRefusal {
  return unavailable("More is in progress than can be answered in time; nothing was done.", retryAfterS);
}

/** The document of a refusal; a stored rejection is shown with the trace of the command it answered. */
export function documentOf(refusal: Refusal, traceId: string): ProblemDocument {
  return {
    type: `urn:ates:problem:${refusal.code}`,
    title: TITLES[refusal.status] ?? "The request was refused",
    status: refusal.status,
    detail: refusal.detail,
    code: refusal.code,
    instance: `urn:trace:${traceId}`,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  };
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isUnavailable(error))
    return unavailable("A part that this request needs does not answer at the moment.");
  const status = error instanceof HttpError ? error.status : 500;
  const code = CODE_OF_STATUS[status];
  return code === undefined ? internal() : new Refusal(status, code, TITLES[status] ?? "");
}

function anyOf(seconds: readonly number[]): number {
  return seconds[Math.floor(Math.random() * seconds.length)] ?? RETRY_AFTER_S;
}

function internal(): Refusal {
  return new Refusal(
    500,
    "internal_error",
    "The edge failed; the trace id in `instance` finds the reason in the log.",
  );
}

function defaultHeaders(status: number): Headers {
  if (status === 401) return { "WWW-Authenticate": 'Bearer realm="ates"' };
  if (status === 503 || status === 429) return { "Retry-After": String(RETRY_AFTER_S) };
  return {};
}
