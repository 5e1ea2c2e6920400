/** JSON Schemas of what operators are shown. */
import { LETTER_STATES, WISHES } from "../dead-letters/letter-store.ts";
import type { JsonSchema } from "../route.ts";
import {
  arrayOf,
  BUSINESS_DATE,
  COUNT,
  INSTANT,
  MINOR,
  object,
  oneOf,
  orNull,
  TEXT,
  UUID,
} from "./value-schemas.ts";

export const LETTER = object({
  id: UUID,
  kind: { ...TEXT, description: "Whose partition keeps it." },
  topic: { ...orNull(TEXT), description: "Where it came from; null for a message of an actor to itself." },
  partition: COUNT,
  actor: TEXT,
  type: TEXT,
  code: TEXT,
  reason: TEXT,
  attempts: { ...COUNT, description: "Tries so far; 0 while it only waits behind another." },
  state: oneOf(
    LETTER_STATES,
    "parked: tried again by itself; held: an operator has it tried again; dead: given up.",
  ),
  asked: {
    enum: [...WISHES, null],
    description: "What an operator has asked for and the owner has not done yet.",
  },
  firstAt: INSTANT,
  lastAt: INSTANT,
  traceId: orNull(TEXT),
  envelope: { ...TEXT, description: "As it came: it need not be JSON." },
});

export const DEED = object({
  id: COUNT,
  at: INSTANT,
  by: {
    ...object({ id: orNull(UUID), name: TEXT }),
    description: "Without an id: the command line, or the system itself.",
  },
  action: TEXT,
  subject: TEXT,
  reason: orNull(TEXT),
  detail: { type: "object" },
  traceId: orNull(TEXT),
  hash: { ...TEXT, description: "Of this row and the one before." },
});

const GROUP = object({
  group: TEXT,
  lag: { ...COUNT, description: "Facts given by sources and not applied by the group." },
  commands: {
    type: ["integer", "null"],
    description: "Commands beyond the group's position; null when Redis does not answer.",
  },
});

export const STREAMS = object({
  streams: arrayOf(
    object({
      stream: TEXT,
      length: { type: ["integer", "null"], description: "Null when Redis does not answer." },
      groups: arrayOf(GROUP),
    }),
  ),
  partitions: arrayOf(
    object({
      kind: TEXT,
      partition: COUNT,
      epoch: COUNT,
      owner: orNull(TEXT),
      isAlive: { type: "boolean" },
      outboxRows: COUNT,
    }),
  ),
});

const FINDING = object(
  {
    check: TEXT,
    rules: arrayOf(TEXT),
    says: TEXT,
    verdict: oneOf(["ok", "warning", "broken"]),
    size: COUNT,
    unit: TEXT,
    broken: COUNT,
    first: orNull(TEXT),
    named: { ...arrayOf(TEXT), description: "All that is broken, up to a bound, where the check can tell." },
  },
  ["named"],
);

export const VERIFICATION: JsonSchema = object(
  {
    state: oneOf(["running", "done"]),
    startedAt: INSTANT,
    endedAt: INSTANT,
    verdict: oneOf(["ok", "warning", "broken"], "The worst of the findings."),
    findings: arrayOf(FINDING),
  },
  ["endedAt", "verdict", "findings"],
);

export const RECONCILIATION = object({
  differences: {
    ...arrayOf(
      object({
        businessDate: BUSINESS_DATE,
        userId: UUID,
        name: TEXT,
        taskId: UUID,
        kind: oneOf(["fee", "reward"]),
        sent: COUNT,
        sentMinor: MINOR,
        posted: COUNT,
        postedMinor: MINOR,
      }),
    ),
    description: "Newest date first, at most 1,000. What is on its way counts as posted.",
  },
  held: {
    ...arrayOf(object({ userId: UUID, name: TEXT, since: BUSINESS_DATE, balanceMinor: MINOR })),
    description: "Who is not paid until an operator says how it was mended (`ates release`).",
  },
  trialBalance: {
    ...arrayOf(object({ account: TEXT, balanceMinor: MINOR })),
    description: "People's accounts together, and each house account; the sum is zero.",
  },
});
