/**
 * Lanes of one row, measured in turns: every round runs each lane once, in the same order, so that whatever the machine
 * does meanwhile falls on all of them. Ratios are of medians.
 */
import { type Figures, type Spread, shown, spreadOf } from "./figures.ts";

export type LaneKind = "ours" | "peer" | "ceiling";

export interface Lane {
  readonly name: string;
  readonly kind: LaneKind;
  /** How it is set up: which of its settings were tried, and which were best. */
  readonly setup: string;
  round(round: number): Promise<Figures>;
}

export interface LaneResult extends Omit<Lane, "round"> {
  readonly figures: Readonly<Record<string, Spread>>;
  /** A peer that could not be measured, and why. */
  readonly failure?: string;
}

export async function inTurns(
  lanes: readonly Lane[],
  rounds: number,
  tell: (line: string) => void,
): Promise<LaneResult[]> {
  const measured = new Map<Lane, Figures[]>(lanes.map((lane) => [lane, []]));
  const failures = new Map<Lane, string>();
  for (let round = 1; round <= rounds; round++) {
    for (const lane of lanes) {
      if (failures.has(lane)) continue;
      try {
        const figures = await lane.round(round);
        measured.get(lane)?.push(figures);
        tell(`  ${round}/${rounds}  ${lane.name}: ${toldOf(figures)}`);
      } catch (error) {
        if (lane.kind !== "peer") throw error;
        failures.set(lane, (error as Error).message.split("\n")[0] ?? "");
        tell(`  ${round}/${rounds}  ${lane.name}: not measured: ${(error as Error).message}`);
      }
    }
  }
  return lanes.map((lane) => resultOf(lane, measured.get(lane) ?? [], failures.get(lane)));
}

function resultOf({ name, kind, setup }: Lane, rounds: readonly Figures[], failure?: string): LaneResult {
  const figures: Record<string, Spread> = {};
  for (const figure of Object.keys(rounds[0] ?? {})) {
    figures[figure] = spreadOf(rounds.map((round) => round[figure] ?? Number.NaN));
  }
  return { name, kind, setup, figures, ...(failure === undefined ? {} : { failure }) };
}

function toldOf(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${shown(figure)}`)
    .join(", ");
}

/** The median of a figure of a lane; undefined when the lane has none. */
export function medianOf(results: readonly LaneResult[], lane: string, figure: string): number | undefined {
  return results.find(({ name }) => name === lane)?.figures[figure]?.median;
}

/** The peer with the highest median of a figure. */
export function bestPeer(results: readonly LaneResult[], figure: string): LaneResult | undefined {
  const peers = results.filter(({ kind, figures }) => kind === "peer" && figures[figure] !== undefined);
  return peers.toSorted((a, b) => (b.figures[figure]?.median ?? 0) - (a.figures[figure]?.median ?? 0))[0];
}
