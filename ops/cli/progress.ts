/** Progress of a start, a line per step: rewritten in place on a terminal, plain lines elsewhere. */
import type { WriteStream } from "node:tty";

export class Progress {
  readonly #out: NodeJS.WriteStream | WriteStream;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** Does the work and says how long it took. `told` makes the line's end from what came out. */
  async step<T>(what: string, work: () => Promise<T>, told: (result: T) => string = () => ""): Promise<T> {
    const startedMs = performance.now();
    const isTerminal = this.#out.isTTY === true;
    if (isTerminal) this.#out.write(`  … ${what}`);
    try {
      const result = await work();
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
      this.#out.write(
        `${isTerminal ? "\r\u001b[2K" : ""}  ✔ ${what.padEnd(24)}${`${seconds} s`.padStart(7)}  ${told(result)}\n`,
      );
      return result;
    } catch (error) {
      this.#out.write(`${isTerminal ? "\r\u001b[2K" : ""}  ✘ ${what}\n`);
      throw error;
    }
  }
}
