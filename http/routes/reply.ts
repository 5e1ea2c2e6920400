/** How read routes answer: a resource, or 404 when there is none; or a file, sent as it is read. */
import { Readable } from "node:stream";
import { type CsvLine, csv } from "../queries/csv.ts";
import { notFound } from "../refusal.ts";
import type { JsonSchema, Route, RouteReply } from "../route.ts";

export function ok(body: unknown, headers?: Readonly<Record<string, string>>): RouteReply {
  return headers === undefined ? { status: 200, body } : { status: 200, body, headers };
}

export function found(resource: unknown): RouteReply {
  if (resource === undefined) throw notFound();
  return ok(resource);
}

/**
 * A file to save, under `name`. The first page is read before anything is answered, so that a failure has its problem;
 * each further one when the one before has gone out, and a failure there cuts the connection.
 */
export async function csvFile(
  name: string,
  header: readonly string[],
  pages: AsyncIterable<readonly CsvLine[]>,
): Promise<RouteReply> {
  const rest = pages[Symbol.asyncIterator]();
  const first = await rest.next();
  async function* texts(): AsyncGenerator<string> {
    yield csv([header, ...(first.done === true ? [] : first.value)]);
    for await (const page of { [Symbol.asyncIterator]: () => rest }) yield csv(page);
  }
  return file(name, CSV.type, Readable.from(texts()));
}

/** A file to save, under `name`, that is whole or read as it goes out. */
export function file(name: string, type: string, content: Readable | Buffer): RouteReply {
  return ok(content, { "Content-Type": type, "Content-Disposition": `attachment; filename="${name}"` });
}

const CSV = { type: "text/csv; charset=utf-8" };

export function csvAnswers(description: string): Route["responses"] {
  return { 200: { description, type: "text/csv" } };
}

export function answers(description: string, schema: JsonSchema): Route["responses"] {
  return { 200: { description, schema } };
}
