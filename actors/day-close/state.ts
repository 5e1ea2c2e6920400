/** Days that have ended: what the board sent, which partitions are closed, and the seal (DAY-6). */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { DayPartitionClosedV1 } from "../../schemas/generated/messages.ts";
import type { ControlTotals } from "../ledger/control-totals.ts";
import type { SealedPartition } from "../ledger/seal.ts";
import { Entities } from "../runtime/entities.ts";

/** One account partition's part of a day. */
export interface PartitionClosed extends SealedPartition {
  readonly heldAccounts: DayPartitionClosedV1["heldAccounts"];
}

export interface Day {
  readonly key: `day/${string}`;
  readonly businessDate: BusinessDate;
  readonly state: "closing" | "closed";
  /** What the board sent for the date; absent until its word has come. */
  readonly sent: ControlTotals | undefined;
  readonly endedAt: string | undefined;
  /** In the order of their numbers. */
  readonly partitions: readonly PartitionClosed[];
  readonly sealHash: string | undefined;
  readonly closedAt: string | undefined;
}

/** The newest seal: the next one chains to it. */
export interface LastSeal {
  readonly key: "last-seal";
  readonly sealHash: string;
}

export type DayEntity = Day | LastSeal;

export const dayKey = (date: string): `day/${string}` => `day/${date}`;

export class DayState extends Entities<DayEntity> {
  day(businessDate: BusinessDate): Day {
    const known = this.get(dayKey(businessDate)) as Day | undefined;
    return known ?? newDay(businessDate);
  }

  get lastSeal(): string {
    return (this.get("last-seal") as LastSeal | undefined)?.sealHash ?? "";
  }

  protected override pinned(entity: DayEntity): boolean {
    return entity.key === "last-seal";
  }
}

function newDay(businessDate: BusinessDate): Day {
  return {
    key: dayKey(businessDate),
    businessDate,
    state: "closing",
    sent: undefined,
    endedAt: undefined,
    partitions: [],
    sealHash: undefined,
    closedAt: undefined,
  };
}
