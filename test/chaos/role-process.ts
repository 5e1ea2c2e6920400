/**
 * A role as a process of its own (`main.ts worker`, `main.ts edge`), supervised: one that ends is started again, as any
 * platform would, unless it is being stopped for good.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Order, Report } from "./orders.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PRELOAD = new URL("./preload.ts", import.meta.url).href;
const RESTART_AFTER_MS = 300;

export interface RoleOptions {
  readonly role: "worker" | "edge";
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** How a process is to begin, whenever it does. */
  readonly firstOrder: () => Order;
  readonly onReport: (report: Report, pid: number) => void;
}

export class RoleProcess {
  readonly role: "worker" | "edge";
  readonly name: string;
  readonly #o: RoleOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #isWanted = true;
  #isFrozen = false;
  starts = 0;

  constructor(options: RoleOptions) {
    this.#o = options;
    this.role = options.role;
    this.name = options.name;
    this.#start();
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  tell(order: Order): void {
    if (this.#child?.connected === true) this.#child.send(order, () => undefined);
  }

  /** Resolves when the process that runs now has ended. */
  async ended(): Promise<void> {
    await this.#exited;
  }

  signal(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const exited = this.#exited;
    this.#child?.kill(signal);
    return exited;
  }

  /** Stands still, and goes on: like a machine that pages, or a virtual one that is moved. */
  async freeze(ms: number): Promise<void> {
    const child = this.#child;
    this.#isFrozen = true;
    child?.kill("SIGSTOP");
    await sleep(ms);
    child?.kill("SIGCONT");
    this.#isFrozen = false;
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#child?.kill("SIGCONT");
    this.#child?.kill("SIGTERM");
    const late = setTimeout(() => this.#child?.kill("SIGKILL"), 10_000);
    await this.#exited;
    clearTimeout(late);
  }

  #start(): void {
    const { role, env, logFile, firstOrder, onReport } = this.#o;
    this.starts += 1;
    const log = openSync(logFile, "a");
    const child = spawn(process.execPath, ["--import", PRELOAD, "main.ts", role], {
      cwd: ROOT,
      env: { ...process.env, ...env, CHAOS_FIRST_ORDER: JSON.stringify(firstOrder()) },
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    this.#child = child;
    child.on("message", (report) => onReport(report as Report, child.pid ?? 0));
    child.on("error", () => undefined);
    this.#exited = new Promise((resolve) => child.once("exit", () => resolve()));
    void this.#exited.then(() => this.#startAgain());
  }

  async #startAgain(): Promise<void> {
    await sleep(RESTART_AFTER_MS);
    if (this.#isWanted) this.#start();
  }
}
