/** What the runtime reports of itself; prom-client is behind it in production. */
import type { Kind } from "../../streams/topology.ts";

export interface RuntimeMetrics {
  batch(kind: Kind, entries: number, deadLetters: number, durationMs: number): void;
  owned(kind: Kind, partitions: number): void;
  fenced(kind: Kind): void;
}

export const noMetrics: RuntimeMetrics = { batch: () => {}, owned: () => {}, fenced: () => {} };
