/** A lane's own process, seen from the bench: started once, told to prepare, measure and clear in every round. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Figures } from "./figures.ts";
import type { Order, Report } from "./program.ts";
import { stopAtEnd } from "./stop-order.ts";

/** Whoever says nothing for so long hangs. */
const ANSWER_MS_MAX = 180_000;

/** The first complaint says why; what follows it are its consequences. */
const SAID_MAX = 1_000;

export class LaneProcess<Task> {
  readonly #child: ChildProcess;
  readonly stop: () => Promise<unknown>;
  #said = "";

  /** `path` is relative to the bench's folder. With ATES_BENCH_PROFILE=<folder> each leaves a CPU profile there. */
  constructor(path: string) {
    const profiles = process.env.ATES_BENCH_PROFILE;
    this.#child = fork(fileURLToPath(new URL(path, import.meta.url)), {
      execArgv: profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (bytes) => {
      this.#said = `${this.#said}${bytes}`.slice(0, SAID_MAX);
    });
    this.stop = stopAtEnd(() => this.#end());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** One round: `settle` comes between what is not measured and what is. */
  async round(task: Task, settle: () => Promise<void>): Promise<Figures> {
    await this.#order({ do: "prepare", task });
    await settle();
    const figures = await this.#order({ do: "measure" });
    await this.#order({ do: "clear" });
    return figures;
  }

  async #order(order: Order<Task>): Promise<Figures> {
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
    const giveUp = () => gone.abort();
    this.#child.once("exit", giveUp);
    this.#said = "";
    this.#child.send(order);
    const [report] = (await once(this.#child, "message", { signal }).catch(() => {
      throw new Error(`no answer to ${order.do}: ${this.#said}`);
    })) as [Report];
    this.#child.off("exit", giveUp);
    if ("failure" in report) throw new Error(`${report.failure}\n${this.#said}`);
    return report.figures;
  }

  async #end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }
}
