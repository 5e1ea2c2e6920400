import { signal } from "@preact/signals";
import type { FeedEvents } from "../api/resources.ts";
import { FeedConnection, type FeedNews, type FeedState } from "./connection.ts";
import { TabsChannel, type Word } from "./tabs-channel.ts";

type Name = keyof FeedEvents;
type Listener<N extends Name> = (data: FeedEvents[N]) => void;

/**
 * The live feed of a person's tabs. One of them, whoever holds the lock, has the connection and passes on what it hears;
 * when it goes, the next one goes on from the same place. When nothing can be resumed (no place known, a gap between
 * tabs, or the server says `reset`) the listeners of `reset` read everything again.
 */
class Feed {
  readonly state = signal<FeedState>("off");
  #listeners = new Map<Name, Set<(data: never) => void>>();
  #stopped = new AbortController();
  #place: string | undefined;
  #tabs: TabsChannel | undefined;

  on<N extends Name>(name: N, listener: Listener<N>): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener as (data: never) => void));
    return () => void set.delete(listener as (data: never) => void);
  }

  start(userId: string): void {
    if (this.state.value !== "off") return;
    this.#stopped = new AbortController();
    this.#place = undefined;
    this.state.value = "connecting";
    const lock = `ates.feed.${userId}`;
    this.#tabs = new TabsChannel(lock, (word) => this.#heard(word), this.#stopped.signal);
    const lead = (): Promise<void> => this.#lead(this.#stopped.signal);
    // Web Locks exist in secure contexts only; over plain http on another host each tab is on its own.
    if (!("locks" in navigator)) void lead();
    else navigator.locks.request(lock, { signal: this.#stopped.signal }, lead).catch(() => {});
    this.#tabs.hello();
  }

  stop(): void {
    this.state.value = "off";
    this.#stopped.abort();
  }

  /** What was heard may not have been read: the listeners of `reset` read everything again. */
  reset(): void {
    if (this.state.value !== "off") this.#deliver([{ name: "reset", data: null }], undefined);
  }

  async #lead(stopped: AbortSignal): Promise<void> {
    const isFirst = this.#tabs?.takeLead() ?? true;
    const listener = {
      place: () => this.#place,
      news: (news: readonly FeedNews[], place: string | undefined) => {
        this.#deliver(news, place);
        if (news.length > 0) this.#say(news);
      },
      state: (state: FeedState) => {
        this.state.value = state;
        this.#say([]);
      },
      refused: () => this.stop(),
    };
    await new FeedConnection(listener, isFirst).run(stopped);
  }

  #say(news: readonly FeedNews[]): void {
    this.#tabs?.say({ news, place: this.#place, state: this.state.value });
  }

  /** From the tab that leads; or a tab that is new asks how things stand. */
  #heard(word: Word): void {
    if (word.kind === "hello") {
      if (this.#tabs?.isLeading) this.#say([]);
      return;
    }
    this.state.value = word.state;
    this.#deliver(word.isAfterGap ? [{ name: "reset", data: null }] : word.news, word.place);
  }

  #deliver(news: readonly FeedNews[], place: string | undefined): void {
    for (const { name, data } of news) {
      if (data === undefined) continue;
      for (const listener of this.#listeners.get(name as Name) ?? [])
        (listener as (data: unknown) => void)(data);
    }
    this.#place = place ?? this.#place;
  }
}

export const feed = new Feed();
