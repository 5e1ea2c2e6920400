/** What a chaos run found, and how it is printed. */
import { CALENDAR } from "./business-clock.ts";
import type { FaultRecord } from "./fault-log.ts";
import { worstOf } from "./recovery.ts";
import type { Siege } from "./siege.ts";

export interface Report {
  readonly seed: number;
  readonly seconds: number;
  /** From the first fault to the last. */
  readonly faultSeconds: number;
  readonly faults: readonly FaultRecord[];
  readonly misses: number;
  readonly handoverPausesMs: readonly number[];
  readonly siege: Siege;
  readonly closesAtOnce: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly refusedMs: readonly number[];
  /** What the refusals said that took longer than EDGE-3 allows, and how often. */
  readonly slowRefusals: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly quietMs: number;
  readonly processStarts: number;
  readonly totals: {
    readonly tasks: number;
    readonly entries: number;
    /** The first and the last. */
    readonly businessDates: readonly [string, string];
    readonly closedDays: number;
    readonly payouts: number;
    /** Accounts left out of a day's payouts, because their mailbox was parked (DAY-4). */
    readonly held: number;
    readonly mails: number;
  };
  readonly comparisons: number;
  readonly checks: number;
  readonly violations: readonly string[];
}

/** What the guarantees promise of faults that come alone, in ms. */
const PROMISED_MS: Readonly<Record<string, number>> = {
  "kill -9 of a worker": 6_000,
  "Redis wiped": 5_000,
  "Redis restarted without data": 5_000,
  "Postgres restarted": 5_000,
};
const HANDOVER_MS = 100;
const SHOWN_MAX = 40;

export function printed(report: Report): string {
  const { faults, violations, totals, siege } = report;
  const verdict = violations.length === 0 ? "✔ 0 violations" : `✘ ${violations.length} violations`;
  const shown = violations.slice(0, SHOWN_MAX).map((each) => `  ✘ ${each}`);
  const more = violations.length - shown.length;
  return [
    "",
    `Alone, measured until probes are answered and posted, every partition is owned and all facts have arrived:`,
    table(
      faults.filter(({ isAlone }) => isAlone),
      PROMISED_MS,
    ),
    `  hand-over on SIGTERM, per partition ${spread(report.handoverPausesMs, HANDOVER_MS)}`,
    "",
    "Together, measured until a probe is answered and posted, under all that fell beside it:",
    table(
      faults.filter(({ isAlone }) => !isAlone),
      {},
    ),
    "",
    `${faults.length} faults in ${report.faultSeconds.toFixed(0)} s (${report.misses} more hit nobody); ${report.processStarts} starts of processes`,
    `a day closed ${report.closesAtOnce} times at once; ${siege.kills} kills while ${siege.dates.length} dates were closing`,
    `answers: ${answersOf(report)}; slowest success ${report.slowestMs.toFixed(0)} ms; 503 within ${spread(report.refusedMs)}`,
    ...Object.entries(report.slowRefusals).map(
      ([said, count]) => `  ${count} × 503 after more than 100 ms: ${said}`,
    ),
    `${totals.tasks} tasks, ${totals.entries} entries, ${totals.closedDays} closed days, ${totals.payouts} payouts (${totals.held} accounts were held meanwhile), ${totals.mails} mails taken`,
    `business dates from ${totals.businessDates[0]} to ${totals.businessDates[1]}: ${clockChanges(report)}`,
    `quiet ${(report.quietMs / 1_000).toFixed(1)} s after the last fault; ${report.comparisons} comparisons, ${report.checks} checks of ates verify`,
    ...shown,
    ...(more > 0 ? [`  … and ${more} more`] : []),
    `${verdict} (seed ${report.seed}, ${report.seconds.toFixed(0)} s)`,
    "",
  ].join("\n");
}

function table(faults: readonly FaultRecord[], promisedMs: Readonly<Record<string, number>>): string {
  const kinds = Map.groupBy(faults, ({ kind }) => kind);
  const rows = [...kinds].sort(([a], [b]) => a.localeCompare(b));
  return rows
    .map(([kind, of]) => {
      const measured = of.flatMap(({ recovery }) => (recovery === undefined ? [] : [worstOf(recovery)]));
      return `  ${String(of.length).padStart(4)} × ${kind.padEnd(34)} ${spread(measured, promisedMs[kind])}`;
    })
    .join("\n");
}

/** Median and worst; against what is promised, when something is. */
export function spread(values: readonly number[], promisedMs?: number): string {
  if (values.length === 0) return "not measured";
  const sorted = [...values].sort((a, b) => a - b);
  const [median = 0, worst = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const promise =
    promisedMs === undefined ? "" : ` (promised ${promisedMs} ms${worst > promisedMs ? ", MISSED" : ""})`;
  return `median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms of ${values.length}${promise}`;
}

/** Whether the run went over a Sunday on which clocks change: a day of 23 or 25 hours. */
function clockChanges({ totals }: Report): string {
  const [first, last] = totals.businessDates.map((date) => Temporal.PlainDate.from(date)) as [
    Temporal.PlainDate,
    Temporal.PlainDate,
  ];
  const changes: string[] = [];
  for (let day = first; Temporal.PlainDate.compare(day, last) < 0; day = day.add({ days: 1 })) {
    const { hoursInDay } = day.toZonedDateTime(CALENDAR.timeZone);
    if (hoursInDay !== 24) changes.push(`${day} had ${hoursInDay} hours`);
  }
  return changes.join(", ") || "no clock changed";
}

function answersOf({ answers }: Report): string {
  return Object.entries(answers)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([answer, count]) => `${count} × ${answer}`)
    .join(", ");
}
