import type { FeedNews, FeedState } from "./connection.ts";

interface Said {
  readonly news: readonly FeedNews[];
  readonly place: string | undefined;
  readonly state: FeedState;
}

export type Word =
  | { readonly kind: "hello" }
  | ({ readonly kind: "said"; readonly isAfterGap: boolean } & Said);

type Message = { readonly hello: true } | (Said & { readonly number: number });

/**
 * What the tabs of one person say to one another. What the leading tab says is numbered, across leaders too: a tab that
 * was put to sleep and missed something knows that it did.
 */
export class TabsChannel {
  readonly #channel: BroadcastChannel;
  #number: number | undefined;
  isLeading = false;

  constructor(name: string, onWord: (word: Word) => void, stopped: AbortSignal) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("hello" in data) return onWord({ kind: "hello" });
      const isAfterGap = this.#number !== undefined && data.number !== this.#number + 1;
      this.#number = data.number;
      onWord({ kind: "said", ...data, isAfterGap });
    };
    stopped.addEventListener("abort", () => this.#channel.close(), { once: true });
  }

  hello(): void {
    this.#channel.postMessage({ hello: true } satisfies Message);
  }

  /** Whether nobody led before, as far as this tab has heard. */
  takeLead(): boolean {
    this.isLeading = true;
    return this.#number === undefined;
  }

  say(said: Said): void {
    this.#number = (this.#number ?? 0) + 1;
    this.#channel.postMessage({ ...said, number: this.#number } satisfies Message);
  }
}
