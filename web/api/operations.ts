/** What operators read, as the page reads it. */

/** A topic's stream: how long it is, and how far each group is behind. */
export interface StreamStatus {
  readonly stream: string;
  readonly length: number | null;
  readonly groups: readonly {
    readonly group: string;
    readonly lag: number;
    readonly commands: number | null;
  }[];
}

export interface PartitionStatus {
  readonly kind: string;
  readonly partition: number;
  readonly epoch: number;
  readonly owner: string | null;
  readonly isAlive: boolean;
  readonly outboxRows: number;
}

export interface StreamsReport {
  readonly streams: readonly StreamStatus[];
  readonly partitions: readonly PartitionStatus[];
}

export type LetterState = "parked" | "held" | "dead";
export const LETTER_STATES: readonly LetterState[] = ["parked", "held", "dead"];

export interface DeadLetter {
  readonly id: string;
  readonly kind: string;
  readonly topic: string | null;
  readonly partition: number;
  readonly actor: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly state: LetterState;
  readonly asked: "replay" | "drop" | null;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly traceId: string | null;
  readonly envelope: string;
}

/** What an operator did; the command line has no id. */
export interface Deed {
  readonly id: number;
  readonly at: string;
  readonly by: { readonly id: string | null; readonly name: string };
  readonly action: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly traceId: string | null;
}
