/**
 * Who may be called dead. By the database's clock a host is silent when it has not beaten for the lease's time; but when
 * Postgres was away nobody could beat, and whoever beats first afterwards sees only itself. So a host's judgement counts
 * only after half a lease of its own beats without a gap: time enough for all who live to have beaten again.
 */
export class OwnBeats {
  readonly #gapMaxMs: number;
  #sinceMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(leaseTtlMs: number) {
    this.#gapMaxMs = leaseTtlMs / 2;
  }

  beaten(nowMs: number): void {
    if (nowMs - this.#lastMs > this.#gapMaxMs) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
  }

  mayJudge(nowMs: number): boolean {
    return nowMs - this.#lastMs <= this.#gapMaxMs && nowMs - this.#sinceMs >= this.#gapMaxMs;
  }
}
