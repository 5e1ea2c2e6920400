/** A listener of the feed: collects events as they come, remembers its place. */
import { until } from "./until.ts";

export interface HeardEvent {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly data: any;
}

export class FeedListener {
  readonly events: HeardEvent[] = [];
  readonly status: number;
  /** The last id given, by an event or alone. */
  place: string | undefined;
  comments = 0;
  ended = false;
  readonly #leave: AbortController;

  private constructor(status: number, leave: AbortController) {
    this.status = status;
    this.#leave = leave;
  }

  static async open(origin: string, token: string, lastEventId?: string): Promise<FeedListener> {
    const leave = new AbortController();
    const response = await fetch(`${origin}/api/v1/feed`, {
      headers: {
        Authorization: `Bearer ${token}`,
        ...(lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId }),
      },
      signal: leave.signal,
    });
    const listener = new FeedListener(response.status, leave);
    void listener.#read(response).catch(() => undefined);
    await until(() => listener.place !== undefined || listener.ended);
    return listener;
  }

  async heard(count: number): Promise<readonly HeardEvent[]> {
    await until(() => this.events.length >= count);
    return this.events;
  }

  close(): void {
    this.#leave.abort();
  }

  async #read(response: Response): Promise<void> {
    let rest = "";
    try {
      for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        rest += text;
        const blocks = rest.split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) this.#take(block);
      }
    } finally {
      this.ended = true;
    }
  }

  #take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split("\n")) {
      if (line.startsWith(":")) this.comments++;
      else fields.set(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(": ") + 2));
    }
    const id = fields.get("id");
    if (id !== undefined) this.place = id;
    const data = fields.get("data");
    if (data !== undefined)
      this.events.push({ event: fields.get("event") ?? "", id, data: JSON.parse(data) });
  }
}
