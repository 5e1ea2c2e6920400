/** What the crossings of one batch do to the spells below zero (AN-1). Pure. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Crossing } from "./state.ts";

/** Closes of `since` on, without `until`; without an `until` it has not ended. */
export interface Spell {
  readonly accountId: UserId;
  readonly since: BusinessDate;
  readonly until: BusinessDate | undefined;
}

/** The spell that was open before has ended on a date. */
export interface Ended {
  readonly accountId: UserId;
  readonly until: BusinessDate;
}

/**
 * Only what a date ends with counts, so a crossing and its way back on the same date are nothing; in whatever batches
 * they come, the rows are the same.
 */
export function spellsOf(crossings: readonly Crossing[]): { begun: Spell[]; ended: Ended[] } {
  const begun: Spell[] = [];
  const ended: Ended[] = [];
  for (const ofAccount of Map.groupBy(crossings, ({ accountId }) => accountId).values()) {
    const [closing, ...dates] = turnsOf(ofAccount);
    const [{ accountId } = { accountId: "" as UserId }] = ofAccount;
    if (closing !== undefined) ended.push({ accountId, until: closing });
    for (let at = 0; at < dates.length; at += 2) {
      const since = dates[at];
      if (since !== undefined) begun.push({ accountId, since, until: dates[at + 1] });
    }
  }
  return { begun, ended };
}

/** Dates on which it goes up, down, up…; the first is undefined when it was not below zero before. */
function turnsOf(ofAccount: readonly Crossing[]): (BusinessDate | undefined)[] {
  const turns: (BusinessDate | undefined)[] = ofAccount[0]?.isBelow === true ? [undefined] : [];
  for (const { crossedOn } of ofAccount) {
    if (turns.at(-1) === crossedOn) turns.pop();
    else turns.push(crossedOn);
  }
  return turns;
}
