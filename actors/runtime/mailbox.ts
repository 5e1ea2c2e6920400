/** What has arrived for a partition and waits for its turn; the reader waits while it is full, the batch loop while it is empty. */
import type { Incoming } from "./incoming.ts";

export class Mailbox {
  #items: Incoming[] = [];
  #bytes = 0;
  #wakeWorker: (() => void) | undefined;
  #wakeReader: (() => void) | undefined;
  readonly #bytesMax: number;
  #released = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  put(items: readonly Incoming[]): void {
    if (this.#released) return; // what came too late is pending, and its next owner reads it
    for (const item of items) {
      this.#items.push(item);
      this.#bytes += item.payload.length;
    }
    this.wake();
  }

  /** The oldest items: at most `countMax` of them and, beyond the first, `bytesMax` together. */
  take(countMax: number, bytesMax: number): Incoming[] {
    let bytes = 0;
    let count = 0;
    for (const item of this.#items) {
      bytes += item.payload.length;
      if (count > 0 && (count >= countMax || bytes > bytesMax)) break;
      count += 1;
    }
    const taken = this.#items.splice(0, count);
    for (const item of taken) this.#bytes -= item.payload.length;
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
