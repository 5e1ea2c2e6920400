/** The table hosts: who beat when, by the database's own clock. */
import type { Uuid } from "../../../schemas/ids.ts";

const FORGOTTEN_AFTER_MS = 3_600_000;

interface HostRow {
  readonly id: Uuid;
  readonly draining: boolean;
  readonly beatMs: number;
}

export class HostTable {
  readonly #nowMs: () => number;
  readonly #rows = new Map<Uuid, HostRow>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  beat(id: Uuid, draining: boolean): void {
    const nowMs = this.#nowMs();
    for (const row of this.#rows.values())
      if (row.id !== id && row.beatMs < nowMs - FORGOTTEN_AFTER_MS) this.#rows.delete(row.id);
    this.#rows.set(id, { id, draining, beatMs: nowMs });
  }

  leave(id: Uuid): void {
    this.#rows.delete(id);
  }

  alive(leaseTtlMs: number): readonly { readonly id: Uuid; readonly draining: boolean }[] {
    const afterMs = this.#nowMs() - leaseTtlMs;
    const alive = [...this.#rows.values()].filter(({ beatMs }) => beatMs > afterMs);
    return alive.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
