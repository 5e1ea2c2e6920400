/**
 * Does something again and again: often while it is used, seldom while nobody uses it; and at once when the first one
 * comes again, so that who comes after a calm is served as if there had been none.
 */
export interface PulseOptions {
  readonly busyMs: number;
  readonly calmMs: number;
  /** Never rejects. The next one begins after it. */
  readonly beat: () => void | Promise<void>;
  /** Whether it is used just now, besides what `use` told. */
  readonly isUsed?: () => boolean;
}

export class Pulse {
  readonly #o: PulseOptions;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isCalm = false;
  #wasUsed = false;

  constructor(options: PulseOptions) {
    this.#o = options;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  start(): void {
    this.#isRunning = true;
    void this.#beat();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel();
  }

  use(): void {
    this.#wasUsed = true;
    if (!this.#isCalm) return;
    this.#cancel();
    void this.#beat();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isCalm = false;
  }

  async #beat(): Promise<void> {
    const { beat, isUsed, busyMs, calmMs } = this.#o;
    const wasUsed = this.#wasUsed;
    this.#wasUsed = false;
    this.#isCalm = false;
    await beat();
    if (!this.#isRunning) return;
    this.#isCalm = !wasUsed && !this.#wasUsed && isUsed?.() !== true;
    // What has arrived meanwhile is heard first: who judges silence would else judge a process that was busy.
    const due = () => void (this.#timer === timer && this.#beat());
    const timer = setTimeout(() => setImmediate(due), this.#isCalm ? calmMs : busyMs);
    timer.unref();
    this.#timer = timer;
  }
}
