/**
 * The body of a request: content type (415), then size (413), then JSON (400), in this order and before the token,
 * because api.md fixes it. Read by hand, because co-body inflates before it measures and keeps the text as well. Type and
 * size of a file are its route's.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EdgeContext } from "../edge-context.ts";
import { overloaded } from "../problem.ts";
import { badRequest, Refusal } from "../refusal.ts";
import type { Route, Upload } from "../route.ts";

export const BODY_BYTES_MAX = 1024 * 1024;
/** How much of a refused body is read to the end for the sake of its sender, and for how long. */
const DISCARD_BYTES_MAX = 64 * 1024 * 1024;
const DISCARD_MS = 3_000;

/** Bytes of all bodies that are held at the same time. */
export class BodyMemory {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Room for one body, part by part, until its request has been answered; each part is false when there is none. */
  openFor(ctx: EdgeContext): (bytes: number) => boolean {
    let held = 0;
    ctx.res.once("close", () => {
      this.#bytes -= held;
    });
    return (bytes) => {
      if (this.#bytes + bytes > this.#bytesMax) return false;
      this.#bytes += bytes;
      held += bytes;
      return true;
    };
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The parsed body; undefined for routes that take none. */
export async function readBody(ctx: EdgeContext, route: Route, memory: BodyMemory): Promise<unknown> {
  if (route.body === undefined && (ctx.method === "GET" || ctx.method === "HEAD" || !announcesBody(ctx)))
    return undefined;
  await checkContentType(ctx, "application/json");
  const text = decode(await readBytes(ctx, BODY_BYTES_MAX, memory));
  if (route.body === undefined && text === "") return undefined;
  const body = parse(text);
  if (route.body === undefined) refuseUnlessEmpty(body);
  return body;
}

/** The bytes of a file. */
export async function readUpload(
  ctx: EdgeContext,
  { type, bytesMax }: Upload,
  memory: BodyMemory,
): Promise<Buffer> {
  await checkContentType(ctx, type);
  return readBytes(ctx, bytesMax, memory);
}

function announcesBody(ctx: EdgeContext): boolean {
  return ctx.get("Transfer-Encoding") !== "" || (ctx.get("Content-Length") || "0") !== "0";
}

async function checkContentType(ctx: EdgeContext, expected: string): Promise<void> {
  const given = ctx.get("Content-Type");
  if (given === "" && !announcesBody(ctx)) return; // nothing at all: what is expected says it better
  const [type = "", ...parameters] = given
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice(8)
    .replaceAll('"', "");
  const encoding = ctx.get("Content-Encoding").toLowerCase();
  if (type !== expected || (charset ?? "utf-8") !== "utf-8") {
    await refuse(
      ctx,
      415,
      "unsupported_media_type",
      `Expected ${expected} in UTF-8, got ${given || "no content type"}.`,
    );
  }
  if (encoding !== "" && encoding !== "identity") {
    await refuse(
      ctx,
      415,
      "unsupported_media_type",
      `Expected a body without content encoding, got ${encoding}.`,
    );
  }
}

async function readBytes(ctx: EdgeContext, bytesMax: number, memory: BodyMemory): Promise<Buffer> {
  if (Number(ctx.get("Content-Length")) > bytesMax) await refuseSize(ctx, bytesMax);
  const chunks: Buffer[] = [];
  const hold = memory.openFor(ctx);
  const size = await eachChunk(ctx, bytesMax, (chunk) => {
    if (!hold(chunk.length)) throw overloaded();
    chunks.push(chunk);
  });
  if (size > bytesMax) await refuseSize(ctx, bytesMax);
  return Buffer.concat(chunks, size);
}

/** Gives the chunks up to the one that passes the limit, and how many bytes there were. By events: an iterator costs 15 µs. */
function eachChunk({ req }: EdgeContext, bytesMax: number, take: (chunk: Buffer) => void): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size > bytesMax) return resolve(size);
    try {
      take(chunk);
    } catch (error) {
      reject(error);
    }
  };
  const onEnd = () => resolve(size);
  const onClose = () => reject(new Refusal(400, "request_aborted", "The body ended before its time."));
  if (req.readableEnded) onEnd();
  else if (req.destroyed) onClose();
  req.on("data", onData).on("end", onEnd).on("error", onClose).on("close", onClose).resume();
  return promise.finally(() => {
    req.pause();
    req.off("data", onData).off("end", onEnd).off("error", onClose).off("close", onClose);
  });
}

function refuseSize(ctx: EdgeContext, bytesMax: number): Promise<never> {
  return refuse(ctx, 413, "body_too_large", `Expected a body of at most ${bytesMax} bytes.`);
}

/**
 * The rest of the body is read and thrown away first, for a sender that is cut off does not get to read the answer;
 * one that sends without end is cut off all the same.
 */
async function refuse(ctx: EdgeContext, status: number, code: string, detail: string): Promise<never> {
  const left = new AbortController();
  const late = sleep(DISCARD_MS, true, { signal: left.signal, ref: false }).catch(() => true);
  const whole = eachChunk(ctx, DISCARD_BYTES_MAX, () => undefined).then((size) => size > DISCARD_BYTES_MAX);
  const unread = await Promise.race([late, whole]);
  left.abort();
  if (unread) ctx.set("Connection", "close");
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
