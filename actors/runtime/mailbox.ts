/**
 * What has arrived for a partition and waits for its turn; the reader waits while it is full, the batch loop while it is
 * empty. It holds what came, as text: read it is on its turn, so that what is made of it lives no longer than a batch.
 */
import type { Entry } from "../../streams/reader.ts";

export class Mailbox {
  #items: Entry[] = [];
  #bytes = 0;
  #wakeWorker: (() => void) | undefined;
  #wakeReader: (() => void) | undefined;
  readonly #bytesMax: number;
  #released = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  put(items: readonly Entry[]): void {
    if (this.#released) return; // what came too late is pending, and its next owner reads it
    for (const item of items) {
      this.#items.push(item);
      this.#bytes += lengthOf(item);
    }
    this.wake();
  }

  /** The oldest items: at most `countMax` of them and, beyond the first, `bytesMax` together. */
  take(countMax: number, bytesMax: number): Entry[] {
    let bytes = 0;
    let count = 0;
    for (const item of this.#items) {
      bytes += lengthOf(item);
      if (count > 0 && (count >= countMax || bytes > bytesMax)) break;
      count += 1;
    }
    const taken = this.#items.splice(0, count);
    for (const item of taken) this.#bytes -= lengthOf(item);
    if (this.#bytes <= this.#bytesMax) this.#wakeReader?.();
    return taken;
  }

  get size(): number {
    return this.#items.length;
  }

  wake(): void {
    this.#wakeWorker?.();
    this.#wakeWorker = undefined;
  }

  /** Until something wakes the worker. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeWorker = resolve;
    });
  }

  async room(): Promise<void> {
    if (this.#released || this.#bytes <= this.#bytesMax) return;
    await new Promise<void>((resolve) => {
      this.#wakeReader = resolve;
    });
  }

  /** Lets a waiting reader go for good, when the partition ends. */
  release(): void {
    this.#released = true;
    this.#bytes = 0;
    this.#items = [];
    this.#wakeReader?.();
    this.wake();
  }
}

function lengthOf({ payload = "" }: Entry): number {
  return payload.length;
}
