/**
 * Verification of the ledger on request, one at a time in an edge (OPS-3).
 *
 * A small ledger is verified in a second, a large one takes minutes, longer than a request may wait. So a request waits
 * for as long as it likes to, and the outcome is also written to the audit log, where every edge finds it: a job of
 * its own would need a table, an owner and a way to be taken over, for something that only reads and can be repeated.
 */
import type { Logger } from "pino";
import { type Actor, findLastDeed, recordDeed } from "./audit-log.ts";
import type { Database } from "./database.ts";

export type Verdict = "ok" | "warning" | "broken";

/** What one check found; the checks themselves are not the edge's business. */
export interface Finding {
  readonly check: string;
  readonly rules: readonly string[];
  readonly says: string;
  readonly verdict: Verdict;
  readonly size: number;
  readonly unit: string;
  readonly broken: number;
  readonly first: string | undefined;
}

export type Verification =
  | { readonly state: "running"; readonly startedAt: string }
  | {
      readonly state: "done";
      readonly startedAt: string;
      readonly endedAt: string;
      readonly verdict: Verdict;
      readonly findings: readonly (Omit<Finding, "first"> & { readonly first: string | null })[];
    };

export interface VerifierOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly verify: () => Promise<readonly Finding[]>;
}

const ACTION = "ledger.verify";

export class Verifier {
  readonly #options: VerifierOptions;
  #startedAt: string | undefined;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** The outcome if it comes within the time, else that it is running; undefined when one is under way already. */
  async run(actor: Actor, waitMs: number): Promise<Verification | undefined> {
    if (this.#startedAt !== undefined) return undefined;
    const startedAt = this.#now();
    this.#startedAt = startedAt;
    const outcome = this.#verify(actor, startedAt).finally(() => {
      this.#startedAt = undefined;
    });
    outcome.catch((error: unknown) =>
      this.#options.logger.error({ err: error, traceId: actor.traceId }, "the ledger could not be verified"),
    );
    return (await within(waitMs, outcome)) ?? { state: "running", startedAt };
  }

  /** What is under way here, else the last outcome of any edge. */
  async last(): Promise<Verification | undefined> {
    if (this.#startedAt !== undefined) return { state: "running", startedAt: this.#startedAt };
    const deed = await findLastDeed(this.#options.database, ACTION);
    return deed === undefined ? undefined : (deed.detail as Verification);
  }

  async #verify(actor: Actor, startedAt: string): Promise<Verification> {
    const findings = (await this.#options.verify()).map((each) => ({ ...each, first: each.first ?? null }));
    const verdict = worstOf(findings.map((each) => each.verdict));
    const detail = { state: "done", startedAt, endedAt: this.#now(), verdict, findings } as const;
    await recordDeed(this.#options.database, actor, { action: ACTION, subject: "ledger", detail });
    return detail;
  }

  #now(): string {
    return new Date(this.#options.nowMs()).toISOString();
  }
}

function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("broken")) return "broken";
  return verdicts.includes("warning") ? "warning" : "ok";
}

async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
