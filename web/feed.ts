import { signal } from "@preact/signals";
import { EventStreamParser, type StreamEvent } from "./api/event-stream.ts";
import { pause } from "./api/pause.ts";
import { Problem } from "./api/problem.ts";
import { request } from "./api/request.ts";
import type { FeedEvents } from "./api/resources.ts";

type Name = keyof FeedEvents;
type Listener<N extends Name> = (data: FeedEvents[N]) => void;

/** `waiting`: the connection is lost and another try is due. */
export type FeedState = "off" | "connecting" | "live" | "waiting";

const BACK_OFF_FIRST_MS = 500;
const BACK_OFF_MAX_MS = 15_000;
/** The server's heartbeat comes every 15 s; silence for longer than two of them is a dead connection. */
const SILENCE_MAX_MS = 40_000;

/**
 * The live feed: one connection for the page, resumed with Last-Event-ID, with back-off and full jitter between tries.
 * When nothing can be resumed (no place known yet, or the server says `reset`) the listeners of `reset` read everything again.
 */
class Feed {
  readonly state = signal<FeedState>("off");
  #listeners = new Map<Name, Set<(data: never) => void>>();
  #stopped = new AbortController();
  #place: string | undefined;
  #hadConnection = false;

  on<N extends Name>(name: N, listener: Listener<N>): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener as (data: never) => void));
    return () => void set.delete(listener as (data: never) => void);
  }

  start(): void {
    if (this.state.value !== "off") return;
    this.#stopped = new AbortController();
    this.#place = undefined;
    this.#hadConnection = false;
    void this.#run(this.#stopped.signal);
  }

  stop(): void {
    this.state.value = "off";
    this.#stopped.abort();
  }

  async #run(stopped: AbortSignal): Promise<void> {
    for (let failures = 0; !stopped.aborted; failures += 1) {
      this.state.value = failures === 0 ? "connecting" : this.state.value;
      const lived = await this.#connect(stopped).catch((thrown: unknown) => {
        if (Problem.of(thrown).status === 401) this.stop();
        return false;
      });
      if (stopped.aborted) return;
      this.state.value = "waiting";
      if (lived) failures = 0;
      await pauseOrOnline(
        Math.random() * Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS),
        stopped,
      );
    }
  }

  /** Resolves to true when the connection was up and then ended. */
  async #connect(stopped: AbortSignal): Promise<boolean> {
    const silence = new AbortController();
    const signal = AbortSignal.any([stopped, silence.signal]);
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (this.#place !== undefined) headers["last-event-id"] = this.#place;
    let watchdog = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
    try {
      const response = await request("/feed", { headers, signal });
      if (response.body === null) return false;
      this.#connected();
      const parser = new EventStreamParser();
      const reader = response.body.pipeThrough(new TextDecoderStream(), { signal }).getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
        for (const event of parser.push(read.value)) this.#deliver(event);
        this.#place = parser.place ?? this.#place;
      }
    } catch (thrown) {
      if (this.state.value !== "live") throw thrown;
    } finally {
      clearTimeout(watchdog);
    }
    return true;
  }

  #connected(): void {
    const missed = this.#hadConnection && this.#place === undefined;
    this.#hadConnection = true;
    this.state.value = "live";
    if (missed) this.#tell("reset", null);
  }

  #deliver(event: StreamEvent): void {
    const data = parsed(event.data);
    if (event.event === "reset") this.#tell("reset", null);
    else if (data !== undefined) this.#tell(event.event as Name, data);
  }

  #tell(name: Name, data: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) (listener as (data: unknown) => void)(data);
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** A wait that ends early when the browser says the network is back. */
async function pauseOrOnline(ms: number, stopped: AbortSignal): Promise<void> {
  const online = new AbortController();
  const wake = (): void => online.abort();
  addEventListener("online", wake, { once: true });
  await pause(ms, AbortSignal.any([stopped, online.signal])).catch(() => {});
  removeEventListener("online", wake);
}

export const feed = new Feed();
