/**
 * A refusal at the edge: what a handler throws when the request itself cannot be served as asked.
 * http/problem.ts turns it into problem+json. An actor's rejection is another thing: a value (schemas/rejections.ts).
 */

/** One piece of bad input; `pointer` is a JSON Pointer (RFC 6901) into body or, as `/query/…` and `/params/…`, the rest. */
export interface InputError {
  readonly pointer: string;
  readonly detail: string;
  /** Stable, for those who say it in words of their own. */
  readonly code?: string;
  /** Of a file, from 1. */
  readonly line?: number;
}

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly InputError[] | undefined;

  constructor(status: number, code: string, detail: string, errors?: readonly InputError[]) {
    super(`${code}: ${detail}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
  }
}

export function notFound(detail = "There is no such thing, or none that you may know of."): Refusal {
  return new Refusal(404, "not_found", detail);
}

export function forbidden(detail = "Your role does not allow this."): Refusal {
  return new Refusal(403, "forbidden", detail);
}

export function badRequest(errors: readonly InputError[], code = "invalid_request"): Refusal {
  return new Refusal(400, code, errors.map((e) => `${e.pointer}: ${e.detail}`).join("; "), errors);
}
