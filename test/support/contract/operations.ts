/** The operations of a running edge's own OpenAPI document, as matrix and fuzzer ask for them. */
import type { Role } from "../../../schemas/envelope.ts";

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Operation {
  /** `GET /api/v1/tasks/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
  /** Absent: any role. */
  readonly roles: readonly Role[] | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Media type of a file. */
  readonly upload: string | undefined;
  readonly statuses: readonly number[];
}

export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** By name, as `#/components/schemas/…` refers to them. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

interface Described {
  readonly security: readonly object[];
  readonly "x-roles"?: readonly Role[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

export async function readDocument(baseUrl: string): Promise<ApiDocument> {
  const document = (await (await fetch(`${baseUrl}/api/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(method.toUpperCase(), path, described)),
  );
  return { operations, schemas: document.components.schemas };
}

function operationOf(method: string, path: string, described: Described): Operation {
  const { security, parameters, requestBody, responses } = described;
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const isJson = type === "application/json";
  return {
    name: `${method} ${path}`,
    method,
    path,
    isPublic: security.length === 0,
    roles: described["x-roles"],
    parameters,
    body: isJson ? media?.schema : undefined,
    upload: isJson ? undefined : type,
    statuses: Object.keys(responses).map(Number),
  };
}

/** Parameters that a request to the operation must have beside those of its path. */
export function neededParameters({ parameters }: Operation): readonly Parameter[] {
  return parameters.filter((each) => each.in !== "path" && each.required === true);
}

export function pathParameters({ parameters }: Operation): readonly Parameter[] {
  return parameters.filter((each) => each.in === "path");
}

export function filledPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}
