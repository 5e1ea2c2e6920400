import { EventStreamParser } from "../api/event-stream.ts";
import { pauseOrOnline } from "../api/pause.ts";
import { Problem } from "../api/problem.ts";
import { request } from "../api/request.ts";

/** `waiting`: the connection is lost and another try is due. */
export type FeedState = "off" | "connecting" | "live" | "waiting";

/** What a connection tells; `reset`: what was missed cannot be had any more. */
export interface FeedNews {
  readonly name: string;
  readonly data: unknown;
}

interface Listener {
  place(): string | undefined;
  news(news: readonly FeedNews[], place: string | undefined): void;
  state(state: FeedState): void;
  /** The server ended the session. */
  refused(): void;
}

const BACK_OFF_FIRST_MS = 500;
const BACK_OFF_MAX_MS = 15_000;
/** The server's heartbeat comes every 15 s; silence for longer than two of them is a dead connection. */
const SILENCE_MAX_MS = 40_000;

/** One connection to the feed for as long as `stopped` lets it: resumed with Last-Event-ID, back-off with full jitter. */
export class FeedConnection {
  readonly #listener: Listener;
  #hadConnection: boolean;
  #isLive = false;

  /** `isFirst`: nothing was heard before, so nothing can have been missed. */
  constructor(listener: Listener, isFirst: boolean) {
    this.#listener = listener;
    this.#hadConnection = !isFirst;
  }

  async run(stopped: AbortSignal): Promise<void> {
    for (let failures = 0; !stopped.aborted; failures += 1) {
      if (failures === 0) this.#listener.state("connecting");
      const lived = await this.#connect(stopped).catch((thrown: unknown) => {
        if (Problem.of(thrown).status === 401) this.#listener.refused();
        return false;
      });
      if (stopped.aborted) return;
      this.#isLive = false;
      this.#listener.state("waiting");
      if (lived) failures = 0;
      const longest = Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS);
      await pauseOrOnline(Math.random() * longest, stopped);
    }
  }

  /** Resolves to true when the connection was up and then ended. */
  async #connect(stopped: AbortSignal): Promise<boolean> {
    const silence = new AbortController();
    const signal = AbortSignal.any([stopped, silence.signal]);
    const place = this.#listener.place();
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (place !== undefined) headers["last-event-id"] = place;
    let watchdog = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
    try {
      const response = await request("/feed", { headers, signal });
      if (response.body === null) return false;
      this.#connected(place);
      const parser = new EventStreamParser();
      const reader = response.body.pipeThrough(new TextDecoderStream(), { signal }).getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
        const news = parser.push(read.value).map(({ event, data }) => ({ name: event, data: parsed(data) }));
        this.#listener.news(news, parser.place ?? this.#listener.place());
      }
    } catch (thrown) {
      if (!this.#isLive) throw thrown;
    } finally {
      clearTimeout(watchdog);
    }
    return true;
  }

  #connected(place: string | undefined): void {
    const missed = this.#hadConnection && place === undefined;
    this.#hadConnection = true;
    this.#isLive = true;
    this.#listener.state("live");
    if (missed) this.#listener.news([{ name: "reset", data: null }], undefined);
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
