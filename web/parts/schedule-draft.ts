/** A schedule while it is written: every word it may need, whatever it is for. */
import type { CatchUp, ScheduledWork, ScheduleResource } from "../../schemas/resources.ts";
import type { Role } from "../api/resources.ts";
import { minorOf, typedAmount } from "../format/minor-of.ts";

type Kind = ScheduledWork["kind"];

export interface Draft {
  readonly name: string;
  readonly cron: string;
  readonly catchUp: CatchUp;
  readonly kind: Kind;
  readonly title: string;
  readonly jiraId: string;
  readonly description: string;
  readonly amount: string;
  readonly reason: string;
  readonly roles: readonly Role[];
}

export type ChangeDraft = (changes: Partial<Draft>) => void;

export const KINDS: readonly Kind[] = ["task", "bonus", "statement"];
export const POLICIES: readonly CatchUp[] = ["skip", "one", "all"];
export const EMPTY: Draft = {
  name: "",
  cron: "0 9 * * MON",
  catchUp: "one",
  kind: "task",
  title: "",
  jiraId: "",
  description: "",
  amount: "",
  reason: "",
  roles: ["employee"],
};

export function draftOf({ name, cron, catchUp, work }: ScheduleResource): Draft {
  const basis = { ...EMPTY, name, cron, catchUp, kind: work.kind };
  switch (work.kind) {
    case "task": {
      const { title, jiraId, description } = work;
      return { ...basis, title, jiraId: jiraId ?? "", description: description ?? "" };
    }
    case "bonus": {
      const { amountMinor, reason, roles } = work;
      return { ...basis, amount: typedAmount(amountMinor), reason, roles };
    }
    case "statement":
      return basis;
  }
}

export function wordsOf(draft: Draft) {
  const { name, cron, catchUp } = draft;
  return { name, cron, catchUp, work: workOf(draft) };
}

/** An amount that is none is sent as zero: the server says what it expects. */
function workOf(draft: Draft): object {
  const { kind, title, jiraId, description, amount, reason, roles } = draft;
  switch (kind) {
    case "task":
      return {
        kind,
        title,
        ...(jiraId.trim() === "" ? {} : { jiraId }),
        ...(description.trim() === "" ? {} : { description }),
      };
    case "bonus":
      return { kind, amountMinor: minorOf(amount) ?? 0, reason, roles };
    case "statement":
      return { kind };
  }
}
