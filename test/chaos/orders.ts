/** What a chaos run tells its processes over their channel, and what they report. */

export type ProviderMood =
  | "pays"
  | "pays and does not say so"
  | "is away"
  | "is slow"
  | "breaks"
  /** For good: the payout fails, and the money is owed again. */
  | "refuses";

export interface Order {
  /** How far the process's clock is ahead of the machine's. */
  readonly clockOffsetMs?: number;
  readonly provider?: ProviderMood;
  /** Die at the named place, after passing it so many times; null: do not. */
  readonly arm?: { readonly name: string; readonly skip: number } | null;
}

export interface Report {
  /** A partition takes no more messages here, or takes its first. */
  readonly event: "ended" | "opened";
  /** `kind/number`. */
  readonly partition: string;
  /** By the machine's clock. */
  readonly atMs: number;
}
