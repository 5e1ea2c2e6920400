/** What the runtime reports of itself; prom-client is behind it in production. */
import type { Kind } from "../../streams/topology.ts";

export interface RuntimeMetrics {
  batch(kind: Kind, entries: number, deadLetters: number, durationMs: number): void;
  owned(kind: Kind, partitions: number): void;
  fenced(kind: Kind): void;
  /** A message came in an older version than the latest (EVT-3): `schema` names it, `source` its sender. */
  old(schema: string, source: string): void;
}

export const noMetrics: RuntimeMetrics = {
  batch: () => {},
  owned: () => {},
  fenced: () => {},
  old: () => {},
};
