/**
 * Loaded into every process of a chaos run before anything else (`node --import`): puts the crash points into the code
 * while it is loaded, makes the clock one that can be stepped, and takes orders over the parent's channel.
 * The production code and its configuration know nothing of it.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { flushCompileCache, type LoadFnOutput, registerHooks } from "node:module";
import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { PaymentAnsweredV1, PaymentSubmitV1 } from "../../schemas/generated/messages.ts";
import { filesWithPlaces, withPlaces } from "./crash-points.ts";
import type { Order, ProviderMood, Report } from "./orders.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SLOW_PROVIDER_MS = 3_000;
/** What was compiled is kept for the next start: most processes of a run never end in order. */
const KEEP_COMPILED_AFTER_MS = 5_000;
/** In a bad mood the provider has it at every so-many-th payout only, chosen by its id. */
const MOODY_OF = 3;

class Chaos {
  readonly #ledgerFile: string;
  #armed: { name: string; skip: number } | undefined;
  #mood: ProviderMood = "pays";

  constructor(ledgerFile: string) {
    this.#ledgerFile = ledgerFile;
  }

  obey(order: Order): void {
    if (order.clockOffsetMs !== undefined) stepClock(order.clockOffsetMs);
    if (order.provider !== undefined) this.#mood = order.provider;
    if (order.arm !== undefined) this.#armed = order.arm === null ? undefined : { ...order.arm };
  }

  isArmed(name: string): boolean {
    if (this.#armed?.name !== name) return false;
    this.#armed.skip -= 1;
    return this.#armed.skip < 0;
  }

  pass(name: string): void {
    if (this.isArmed(name)) this.die();
  }

  die(): never {
    process.kill(process.pid, "SIGKILL");
    for (;;); // nothing more happens here, whenever the signal comes
  }

  saw(event: Report["event"], { kind, partition }: { kind: string; partition: number }): void {
    tell({ event, partition: `${kind}/${partition}`, atMs: realNow() });
  }

  /** The provider keeps a book of its own, which outlives every process: what it paid, by whose id. */
  async provider(request: PaymentSubmitV1): Promise<PaymentAnsweredV1 | undefined> {
    const { payoutId } = request;
    const isMoody = Number.parseInt(payoutId.slice(-4), 16) % MOODY_OF === 0;
    if (isMoody && this.#mood === "refuses" && !this.#hasPaid(payoutId)) {
      return { payoutId, outcome: "refused", detail: "says the chaos" };
    }
    if (isMoody && this.#mood === "is away")
      return { payoutId, outcome: "unknown", detail: "says the chaos" };
    if (isMoody && this.#mood === "breaks") throw new Error("the provider breaks, says the chaos");
    if (this.#mood === "is slow") await sleep(SLOW_PROVIDER_MS);
    appendFileSync(this.#ledgerFile, `${JSON.stringify(request)}\n`);
    if (isMoody && this.#mood === "pays and does not say so") {
      return { payoutId, outcome: "unknown", detail: "says the chaos" };
    }
    return undefined;
  }

  #hasPaid(payoutId: string): boolean {
    return readFileSync(this.#ledgerFile, "utf8").includes(payoutId);
  }
}

const RealDate = Date;
const realNow = Date.now.bind(Date);
let clockOffsetMs = 0;

function stepClock(offsetMs: number): void {
  clockOffsetMs = offsetMs;
}

/** Steps as a machine's clock does: for everything in the process, but not for what counts time in timers. */
function replaceClock(): void {
  class SteppedDate extends RealDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(SteppedDate.now());
      else super(...(parts as [number]));
    }
    static override now(): number {
      return realNow() + clockOffsetMs;
    }
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof RealDate;
    }
  }
  globalThis.Date = SteppedDate as DateConstructor;
}

function tell(report: Report): void {
  if (process.connected) process.send?.(report, () => undefined);
}

function load(url: string, loaded: LoadFnOutput): LoadFnOutput {
  if (!url.startsWith("file:")) return loaded;
  const file = relative(ROOT, fileURLToPath(url));
  if (!filesWithPlaces().has(file)) return loaded;
  return { ...loaded, source: withPlaces(file, String(loaded.source)) };
}

const { CHAOS_FIRST_ORDER = "{}", CHAOS_PROVIDER_LEDGER = "" } = process.env;
const chaos = new Chaos(CHAOS_PROVIDER_LEDGER);
Object.assign(globalThis, { chaos });
replaceClock();
chaos.obey(JSON.parse(CHAOS_FIRST_ORDER) as Order);
registerHooks({ load: (url, context, next) => load(url, next(url, context)) });
process.on("message", (order: Order) => chaos.obey(order));
// A process whose run has died has nobody left to end it.
process.on("disconnect", () => process.exit(1));
process.channel?.unref();
setTimeout(flushCompileCache, KEEP_COMPILED_AFTER_MS).unref();
