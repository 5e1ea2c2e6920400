/**
 * A route, described once: the server validates by it, authorizes by it, and the OpenAPI document is made from it.
 * Handlers are plain functions from a checked request to a reply; they know nothing of koa.
 */
import type { Role } from "../schemas/envelope.ts";
import type { UserId, Uuid } from "../schemas/ids.ts";
import type { Scope } from "./auth/scopes.ts";
import type { Load } from "./load.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Who the verified token says is asking. The role is never taken from anywhere else (AUTH-2). */
export interface Caller {
  readonly id: UserId;
  readonly role: Role;
}

/** `anyone` needs no token; `signed-in` any valid one; a list of roles one of them. */
export type Access = "anyone" | "signed-in" | readonly Role[];

export interface RouteRequest<Body = unknown> {
  /** Absent only on routes for anyone. */
  readonly caller: Caller | undefined;
  readonly params: Readonly<Record<string, string>>;
  /** Coerced and checked by the route's `query` schema. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies: { get(name: string): string | undefined };
  /** The checked Idempotency-Key, unquoted. */
  readonly idempotencyKey: string | undefined;
  /** Milliseconds the caller is ready to wait for a commit (`Prefer: wait`, `respond-async` = 0). */
  readonly waitMs: number;
  readonly traceId: string;
  /** Only the head is asked for: what a GET counts must not happen. */
  readonly isHead?: boolean;
  readonly address: string;
  /** Whether it came by https, as far as the edge (or the proxy it trusts) can tell. */
  readonly secure?: boolean;
  /** What the token says beside the caller; absent on routes for anyone. */
  readonly token?: { readonly sessionId: Uuid; readonly expiresAtMs: number } | undefined;
}

export interface RouteReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Upload {
  readonly type: string;
  readonly bytesMax: number;
  readonly description: string;
}

export interface ResponseDescription {
  readonly description: string;
  readonly schema?: JsonSchema;
  /** Of a file, or of each form it is given in; JSON unless told. */
  readonly type?: string | readonly string[];
}

export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the base `/api/v1` unless `root`; parameters as `{id}`, the way OpenAPI writes them. */
  readonly path: string;
  readonly root?: boolean;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  /** What a program's token needs (http/auth/scopes.ts); absent: `read` for GET, else no token is enough. */
  readonly scope?: Scope | "none";
  readonly params?: Readonly<Record<string, JsonSchema>>;
  readonly query?: Readonly<Record<string, JsonSchema>>;
  /** Names of query parameters that must be given. */
  readonly queryRequired?: readonly string[];
  /** Never counted against the caller's rate: every press of shuffle counts (TT-6), probes must get through. */
  readonly unlimited?: true;
  /** What a request adds to: when that is full, it is refused before anything else of it is looked at. */
  readonly load?: Load;
  /** Schema of a JSON body; absent = the route takes no body, or a file. */
  readonly body?: JsonSchema;
  /** A file in the place of a JSON body: the handler gets its bytes. Who sends it is asked for before it is read. */
  readonly upload?: Upload;
  /** `optional` on every command, `required` where a blind repeat would do harm (api.md). */
  readonly idempotencyKey?: "optional" | "required";
  /** By status: what a handler answers. A refusal is a problem unless told; the common ones are in problem-answers.ts. */
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  handle(request: RouteRequest): Promise<RouteReply>;
}

/** A list as api.md has it: keyset pages with an opaque cursor. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What the edge asks of the actors; `Sender` in http/commands.ts is the real one. */
export interface CommandRequest {
  readonly topic: "directory" | "task-board" | "bookkeeper" | "webhook" | "scheduler";
  readonly type: string;
  /** The mailbox key: `task/<id>`, `user/<id>`, `shuffle`; made of the command's id when there is no other yet. */
  readonly subject: string | ((commandId: Uuid) => string);
  readonly data: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  readonly idempotencyKey: string | undefined;
  /** Route and body, hashed: tells a repeat from another request under the same key. */
  readonly fingerprint: string;
  readonly waitMs: number;
  /** The request's trace, for the envelope when no span is recording. */
  readonly traceId?: string;
}

export type CommandOutcome =
  | { readonly state: "accepted"; readonly body: unknown; readonly replayed: boolean }
  | {
      readonly state: "rejected";
      readonly code: string;
      readonly detail: string;
      readonly body: unknown;
      readonly replayed: boolean;
    }
  | { readonly state: "pending"; readonly id: Uuid }
  | { readonly state: "running"; readonly id: Uuid }
  | { readonly state: "unavailable"; readonly retryAfterS: number; readonly reason: string };

export type SendCommand = (request: CommandRequest) => Promise<CommandOutcome>;
