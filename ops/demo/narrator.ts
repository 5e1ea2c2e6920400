/** Progress for whoever watches: one line per step, with the seconds since the start. */

export class Narrator {
  readonly #startedMs = performance.now();
  readonly #out: NodeJS.WritableStream;

  constructor(out: NodeJS.WritableStream) {
    this.#out = out;
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1_000;
  }

  say(text: string): void {
    this.#out.write(`${this.seconds.toFixed(1).padStart(6)} s  ${text}\n`);
  }

  /** Text as it is, such as a table or what another program printed. */
  show(text: string): void {
    this.#out.write(text.endsWith("\n") ? text : `${text}\n`);
  }
}
