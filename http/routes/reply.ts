/** How read routes answer: a resource, or 404 when there is none. */
import { notFound } from "../refusal.ts";
import type { JsonSchema, Route, RouteReply } from "../route.ts";

export function ok(body: unknown, headers?: Readonly<Record<string, string>>): RouteReply {
  return headers === undefined ? { status: 200, body } : { status: 200, body, headers };
}

export function found(resource: unknown): RouteReply {
  if (resource === undefined) throw notFound();
  return ok(resource);
}

/** A file to save, under `name`. */
export function csvFile(name: string, text: string): RouteReply {
  return ok(text, {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${name}"`,
  });
}

export function answers(description: string, schema: JsonSchema): Route["responses"] {
  return { 200: { description, schema } };
}
