/** JSON Schemas of schedules, as they are asked for and as they are shown (JOB-1). */
import type { JsonSchema } from "../route.ts";
import { DESCRIPTION, JIRA_ID, TITLE } from "./task-commands.ts";
import { arrayOf, COUNT, INSTANT, object, oneOf, orNull, TEXT, UUID } from "./value-schemas.ts";

const KIND = (kind: string): JsonSchema => ({ const: kind });
export const NAME: JsonSchema = { $ref: "common.json#/$defs/name" };
export const CRON: JsonSchema = {
  type: "string",
  minLength: 9,
  maxLength: 100,
  description:
    "Five fields on the wall clock of the company's zone: minute, hour, day of the month, month, day of the week. What they may hold: `400 invalid_cron` says it.",
};
export const CATCH_UP = oneOf(
  ["skip", "one", "all"],
  "What becomes of due times that were missed while nothing ran: none fires, the last one, or each in order.",
);

/** What is asked for: a Jira id in any case, as with a task. */
export const WORK: JsonSchema = {
  oneOf: [
    {
      ...object({ kind: KIND("task"), title: TITLE, jiraId: JIRA_ID, description: DESCRIPTION }, [
        "jiraId",
        "description",
      ]),
      description: "A task, created in the name of who wrote this; its assignee is drawn as ever (TT-3).",
    },
    {
      ...object({
        kind: KIND("bonus"),
        amountMinor: { type: "integer", minimum: 1, maximum: 1_000_000_000 },
        reason: { $ref: "common.json#/$defs/reason" },
        roles: {
          ...arrayOf({ $ref: "common.json#/$defs/role" }),
          minItems: 1,
          maxItems: 4,
          uniqueItems: true,
        },
      }),
      description: "A bonus for each active person of these roles, booked on the open date.",
    },
    {
      ...object({ kind: KIND("statement") }),
      description: "The statements of the month before, once its last date is sealed (PAY-4).",
    },
  ],
};

export const SCHEDULE = object({
  id: UUID,
  name: TEXT,
  cron: CRON,
  catchUp: CATCH_UP,
  work: { type: "object", required: ["kind"], properties: { kind: oneOf(["task", "bonus", "statement"]) } },
  paused: { type: "boolean" },
  nextDueAt: {
    ...orNull(INSTANT),
    description: "Null while paused; in the past while what was missed is caught up.",
  },
  dueTimes: { ...arrayOf(INSTANT), description: "The next five from now on; none while paused." },
  lastFiredAt: orNull(INSTANT),
  timesFired: COUNT,
  writtenBy: { ...orNull(UUID), description: "Null: it came with the installation." },
});
