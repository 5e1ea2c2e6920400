/**
 * Holds every answer of every edge of a test run against the edge's own OpenAPI document: those of the test process and
 * of all processes that it starts (`preload.mjs` comes to them by NODE_OPTIONS). It sees what goes over the wire.
 *
 * 1. Whatever an edge answers is captured: by its handlers, by middleware, and past koa.
 * 2. A process tells by files in the run's folder, each of what is new since the one before: a killed one has told all
 *    but the last moment, and faults at once.
 */
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Exchange } from "../../../http/server.ts";
import type { Answer } from "./judge.ts";

/** The folder in which processes tell; without it nobody watches. */
export const FOLDER_SETTING = "ATES_TEST_ANSWERS";

export interface AnswerTally {
  /** Answers of described operations that are as described. */
  readonly validated: number;
  /** Answers at other paths: problems and the board's files. */
  readonly beside: number;
  readonly operations: readonly string[];
  readonly faults: readonly string[];
}

const TELL_EVERY_MS = 500;
/** A stream of events is open for minutes, and has no schema. */
const NOT_KEPT = /^text\/event-stream/;

const folder = process.env[FOLDER_SETTING];
const judging = new Set<Promise<void>>();
let told = 0;
let news = nothing();
let during = "";
let isPaused = false;

if (folder !== undefined) {
  subscribe("ates.edge.exchange", (message) => capture(message as Exchange));
  process.on("exit", tell);
}

/** The test that runs, for the words of a fault. */
export function nowRunning(title: string): void {
  during = title;
}

/** What is answered until the returned function is called is nobody's contract: somebody behind the edge is a fake. */
export function pauseJudgement(): () => void {
  isPaused = true;
  return () => {
    isPaused = false;
  };
}

/** Until everything that was answered is judged and told. */
export async function judged(): Promise<void> {
  while (judging.size > 0) await Promise.all(judging);
  tell();
}

function nothing() {
  return { validated: 0, beside: 0, operations: new Set<string>(), faults: [] as string[] };
}

function capture({ request, response, routes }: Exchange): void {
  if (isPaused) return;
  const chunks: Buffer[] = [];
  const sent: Record<string, string> = {};
  keepHeaders(response, sent);
  keepBody(response, sent, chunks);
  const { method = "", url = "" } = request;
  const title = during;
  response.once("finish", () => {
    const body = unpacked(Buffer.concat(chunks), sent["content-encoding"]);
    const answer = { method, url, status: response.statusCode, headers: sent, body };
    const work = judge({ ...answer, routes }, title).finally(() => judging.delete(work));
    judging.add(work);
  });
}

/** An answer without a body (304) may name the packing that it would have had. */
function unpacked(body: Buffer, encoding: string | undefined): Buffer {
  if (body.length === 0) return body;
  if (encoding === "br") return brotliDecompressSync(body);
  return encoding === "gzip" ? gunzipSync(body) : body;
}

/** Koa sets headers one by one, others give `writeHead` a list. */
function keepHeaders(response: ServerResponse, sent: Record<string, string>): void {
  const { writeHead } = response;
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    for (const [name, value] of Object.entries(response.getHeaders())) sent[name] = String(value);
    const given = rest.at(-1);
    const flat = Array.isArray(given) ? given : Object.entries(given ?? {}).flat();
    for (let at = 0; at < flat.length; at += 2) sent[String(flat[at]).toLowerCase()] = String(flat[at + 1]);
    return Reflect.apply(writeHead, response, [status, ...rest]);
  }) as ServerResponse["writeHead"];
}

function keepBody(response: ServerResponse, sent: Record<string, string>, chunks: Buffer[]): void {
  const { write, end } = response;
  const keep = (chunk: unknown, encoding: unknown) => {
    if (NOT_KEPT.test(String(response.getHeader("content-type") ?? sent["content-type"]))) return;
    if (typeof chunk === "string") chunks.push(Buffer.from(chunk, encodingOf(encoding)));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  response.write = ((...given: unknown[]) => {
    keep(given[0], given[1]);
    return Reflect.apply(write, response, given);
  }) as ServerResponse["write"];
  response.end = ((...given: unknown[]) => {
    keep(given[0], given[1]);
    return Reflect.apply(end, response, given);
  }) as ServerResponse["end"];
}

function encodingOf(given: unknown): BufferEncoding {
  return typeof given === "string" ? (given as BufferEncoding) : "utf8";
}

/** Ajv and the document are loaded when the first answer comes: most processes give none. */
async function judge(answer: Answer, title: string): Promise<void> {
  const { judgementOf } = await import("./judge.ts");
  const { operation, fault } = judgementOf(answer);
  if (operation === undefined) news.beside++;
  else news.operations.add(operation);
  if (fault === undefined) {
    if (operation !== undefined) news.validated++;
  } else {
    news.faults.push(`${title === "" ? "" : `${title}: `}${fault}`);
    tell();
  }
  tellSoon();
}

let isTellingSoon = false;

function tellSoon(): void {
  if (isTellingSoon) return;
  isTellingSoon = true;
  setTimeout(() => {
    isTellingSoon = false;
    tell();
  }, TELL_EVERY_MS).unref();
}

function tell(): void {
  if (folder === undefined || news.validated + news.beside + news.faults.length === 0) return;
  const tally: AnswerTally = { ...news, operations: [...news.operations] };
  news = nothing();
  try {
    writeFileSync(join(folder, `${process.pid}-${told++}.json`), JSON.stringify(tally));
  } catch {
    // The run has ended and its folder with it: nobody reads it any more.
  }
}
