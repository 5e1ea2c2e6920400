/** Deliberate defects in what the office of a run uses, one at least for each thing that is judged there (defects.ts). */
import type { Patch } from "./defects.ts";

/** The first seed whose run has what the defect spoils: the search begins there. */
export const OFFICE_SEEDS: Readonly<Record<string, number>> = {
  "approved-by-its-author": 8,
  "approved-twice": 12,
  "old-timer-fires": 7,
  "missed-times-forgotten": 44,
  "missed-times-all-caught-up": 1,
  "missed-time-not-skipped": 11,
  "bonus-twice-in-a-round": 2,
  "month-ended-too-early": 95,
  "money-that-came-back-is-kept": 8,
  "delivery-under-another-id": 3,
  "delivery-given-up-early": 27,
  "delivery-forgotten": 14,
  "webhook-disabled-within-a-day": 51,
};

export const OFFICE_DEFECTS: Readonly<Record<string, readonly Patch[]>> = {
  "approved-by-its-author": [
    {
      file: "actors/bookkeeper/decide.ts",
      find: 'if (correction.proposedBy === by) return rejected("own_correction");',
      replace: "",
    },
  ],
  "approved-twice": [
    {
      file: "actors/bookkeeper/decide.ts",
      find: 'if (correction.state !== "proposed") return repeated(correction, "approved", by);',
      replace: "",
    },
  ],
  /** A timer of before a change fires as well. */
  "old-timer-fires": [
    {
      file: "actors/scheduler/firing.ts",
      find: "schedule === undefined || schedule.revision !== revision",
      replace: "schedule === undefined",
    },
  ],
  "missed-times-forgotten": [
    {
      file: "actors/scheduler/firing.ts",
      find: "return { firesMs: dueMs, nextMs: after(dueMs) };",
      replace: "return { firesMs: dueMs, nextMs: after(Math.max(dueMs, nowMs)) };",
    },
  ],
  "missed-times-all-caught-up": [
    {
      file: "actors/scheduler/firing.ts",
      find: "const lastMs = Math.max(dueMs, lastDueMs(cron, company.timeZone, nowMs) ?? dueMs);",
      replace: "const lastMs = dueMs;",
    },
  ],
  "missed-time-not-skipped": [
    {
      file: "actors/scheduler/firing.ts",
      find: "const isLate = nowMs - dueMs > ON_TIME_MS;",
      replace: "const isLate = false;",
    },
  ],
  "bonus-twice-in-a-round": [
    {
      file: "actors/scheduler/work.ts",
      find: "const rest = { ...message.data, after: last.id };",
      replace: "const rest = { ...message.data, after: page.at(-2)?.id ?? last.id };",
    },
  ],
  "month-ended-too-early": [
    {
      file: "actors/scheduler/work.ts",
      find: "if (state.sealedUpTo === undefined || state.sealedUpTo < last) {",
      replace: "if (last < context.company.firstDate) {",
    },
  ],
  "money-that-came-back-is-kept": [
    {
      file: "actors/payment/decide.ts",
      find: 'if (answer.outcome === "refused")\n    return {',
      replace:
        'if (answer.outcome === "refused") return NOTHING;\n  if (answer.outcome === "refused")\n    return {',
    },
  ],
  "delivery-under-another-id": [
    {
      file: "actors/webhook/attempt.ts",
      find: "deliveryId: delivery.id,",
      replace: "deliveryId: context.id(delivery.id),",
    },
  ],
  "delivery-given-up-early": [
    {
      file: "actors/webhook/outcome.ts",
      find: "TRIED_FOR_MS = 86_400_000;",
      replace: "TRIED_FOR_MS = 4_000;",
    },
  ],
  "delivery-forgotten": [
    {
      file: "actors/webhook/outcome.ts",
      find: "return { ...kept(ill, retrying), later: [retryAt(dueAtMs, retrying)] };",
      replace: "return kept(ill, retrying);",
    },
  ],
  "webhook-disabled-within-a-day": [
    {
      file: "actors/webhook/outcome.ts",
      find: "FAILING_MAX_MS = 5 * 86_400_000;",
      replace: "FAILING_MAX_MS = 5_000;",
    },
  ],
};
