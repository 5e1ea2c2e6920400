/**
 * The body of a request: content type (415), then size (413), then JSON (400), in this order and before the token,
 * because api.md fixes it. Read by hand, because co-body inflates before it measures and keeps the text as well.
 */
import type { EdgeContext } from "../edge-context.ts";
import { badRequest, Refusal } from "../refusal.ts";
import type { Route } from "../route.ts";

export const BODY_BYTES_MAX = 1024 * 1024;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The parsed body; undefined for routes that take none. */
export async function readBody(ctx: EdgeContext, route: Route): Promise<unknown> {
  if (route.body === undefined && (ctx.method === "GET" || ctx.method === "HEAD" || !announcesBody(ctx)))
    return undefined;
  checkContentType(ctx);
  const text = decode(await readBytes(ctx));
  if (route.body === undefined && text === "") return undefined;
  const body = parse(text);
  if (route.body === undefined) refuseUnlessEmpty(body);
  return body;
}

function announcesBody(ctx: EdgeContext): boolean {
  return ctx.get("Transfer-Encoding") !== "" || (ctx.get("Content-Length") || "0") !== "0";
}

function checkContentType(ctx: EdgeContext): void {
  const given = ctx.get("Content-Type");
  if (given === "" && !announcesBody(ctx)) return; // nothing at all: "expected JSON" says it better
  const [type = "", ...parameters] = given
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice(8)
    .replaceAll('"', "");
  const encoding = ctx.get("Content-Encoding").toLowerCase();
  if (type !== "application/json" || (charset ?? "utf-8") !== "utf-8") {
    refuse(
      ctx,
      415,
      "unsupported_media_type",
      `Expected application/json in UTF-8, got ${given || "no content type"}.`,
    );
  }
  if (encoding !== "" && encoding !== "identity") {
    refuse(ctx, 415, "unsupported_media_type", `Expected a body without content encoding, got ${encoding}.`);
  }
}

async function readBytes(ctx: EdgeContext): Promise<Buffer> {
  if (Number(ctx.get("Content-Length")) > BODY_BYTES_MAX) refuseSize(ctx);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > BODY_BYTES_MAX) refuseSize(ctx);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, "request_aborted", "The body ended before its time.");
  }
  return Buffer.concat(chunks, size);
}

function refuseSize(ctx: EdgeContext): never {
  refuse(ctx, 413, "body_too_large", `Expected a body of at most ${BODY_BYTES_MAX} bytes.`);
}

/** The rest of the body is read and thrown away, so that the sender gets to read the answer. */
function refuse(ctx: EdgeContext, status: number, code: string, detail: string): never {
  ctx.req.resume();
  throw new Refusal(status, code, detail);
}

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalidJson("The body is not UTF-8.");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidJson(text === "" ? "Expected a JSON body, got none." : "The body is not JSON.");
  }
}

function invalidJson(detail: string): Refusal {
  return new Refusal(400, "invalid_json", detail);
}

/** Clients that always send `{}` are let through; anything in it would be ignored, so it is refused. */
function refuseUnlessEmpty(body: unknown): void {
  const empty =
    typeof body === "object" && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
  if (!empty) throw badRequest([{ pointer: "", detail: "this request takes no body" }]);
}
