/**
 * One listener's server-sent events, as the body of their answer. Bounded: who cannot keep up is let go, comes back with
 * Last-Event-ID, and gets what they missed or a `reset`.
 */
import { Readable } from "node:stream";
import type { Caller } from "./route.ts";

/** Bytes that may wait for a slow listener: some ten thousand events. */
const BACKLOG_BYTES_MAX = 1024 * 1024;

export class FeedStream extends Readable {
  readonly caller: Caller;

  constructor(caller: Caller) {
    super();
    this.caller = caller;
  }

  override _read(): void {
    // Nothing to fetch: events are pushed as they come.
  }

  write(text: string): void {
    if (this.destroyed || this.readableEnded) return;
    this.push(text);
    if (this.readableLength > BACKLOG_BYTES_MAX) this.destroy();
  }

  end(): void {
    if (!this.destroyed) this.push(null);
  }
}

/** One event on the wire. Without an id it cannot be resumed from, and the listener's place stays where it was. */
export function eventText(name: string, data: unknown, id?: string): string {
  const place = id === undefined ? "" : `id: ${id}\n`;
  return `${place}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
