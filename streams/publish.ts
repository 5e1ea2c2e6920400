/**
 * Publishing: one script per destination appends what is not there yet (publish.lua), so that publishing is idempotent
 * and heals itself. A publisher never creates a stream.
 */
import { readFileSync } from "node:fs";
import type { ChainableCommander, Redis } from "ioredis";
import { marksKey, streamKey, type TopicPartition } from "./topology.ts";

/** A channel: everything one source sends to one topic partition, numbered from 1 without gaps (G5). */
export interface Channel {
  readonly source: string;
  readonly to: TopicPartition;
}

export interface ChannelRun {
  readonly channel: Channel;
  /** Numbers up to here are consumed by every group, as Postgres knows. */
  readonly base: number;
  /** Number of the first envelope. */
  readonly first: number;
  readonly envelopes: readonly string[];
  readonly mode: "next" | "rewind";
}

export type PublishAnswer =
  | { readonly code: "OK" | "GAP"; readonly mark: number }
  | { readonly code: "NOSTREAM" }
  | { readonly code: "FAILED"; readonly error: Error };

const SCRIPT = readFileSync(new URL("./publish.lua", import.meta.url), "utf8");
/** Notices are for whoever looks now; this many are kept. */
const NOTICES_MAX = 10_000;

interface Scripted {
  atesPublish(stream: string, marks: string, ...args: string[]): ChainableCommander;
}

export function definePublish(redis: Redis): void {
  redis.defineCommand("atesPublish", { numberOfKeys: 2, lua: SCRIPT });
}

/** Adds one run to a pipeline made by a connection that `definePublish` has seen. */
export function addRun(pipeline: ChainableCommander, run: ChannelRun): void {
  (pipeline as unknown as Scripted).atesPublish(
    streamKey(run.channel.to),
    marksKey(run.channel.to),
    run.channel.source,
    String(run.base),
    run.mode,
    String(run.first),
    ...run.envelopes,
  );
}

export function addNotice(pipeline: ChainableCommander, to: TopicPartition, envelope: string): void {
  pipeline.xadd(streamKey(to), "MAXLEN", "~", NOTICES_MAX, "*", "e", envelope);
}

export function readAnswer(error: Error | null, reply: unknown): PublishAnswer {
  if (error !== null) return { code: "FAILED", error };
  const [code, mark] = reply as [string, number];
  if (code === "NOSTREAM") return { code };
  return { code: code === "GAP" ? "GAP" : "OK", mark };
}
