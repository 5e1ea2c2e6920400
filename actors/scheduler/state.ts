/**
 * The scheduler's working set: every schedule, always hot, for they are few; its replica of people, who come and go; and
 * up to which date the days are sealed.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Role } from "../../schemas/envelope.ts";
import type { ScheduleId, UserId } from "../../schemas/ids.ts";
import type { CatchUp, ScheduledWork } from "../../schemas/resources.ts";
import { Entities } from "../runtime/entities.ts";

export interface Schedule {
  readonly key: `schedule/${string}`;
  readonly id: ScheduleId;
  readonly name: string;
  readonly cron: string;
  readonly catchUp: CatchUp;
  readonly work: ScheduledWork;
  readonly isPaused: boolean;
  /** Kept, so that its id is never given again. */
  readonly isRemoved: boolean;
  /** Goes up with every change: a timer that was set before is void. */
  readonly revision: number;
  /** Undefined while it is paused or removed. */
  readonly nextDueAt: string | undefined;
  readonly lastFiredAt: string | undefined;
  readonly timesFired: number;
  /** Who wrote what it does, and answers for what it did; nobody did of those that came with the installation. */
  readonly writtenBy: UserId | undefined;
}

export interface SchedulePerson {
  readonly key: `person/${string}`;
  readonly id: UserId;
  readonly role: Role;
  readonly active: boolean;
}

export interface Sealed {
  readonly key: "sealed";
  /** Days are sealed in their order. */
  readonly upTo: BusinessDate;
}

export type SchedulerEntity = Schedule | SchedulePerson | Sealed;

export const scheduleKey = (id: string): `schedule/${string}` => `schedule/${id}`;
export const personKey = (id: string): `person/${string}` => `person/${id}`;

/** People of one piece of a round of bonuses: as many facts in one commit. */
const PIECE_PEOPLE = 500;

export class SchedulerState extends Entities<SchedulerEntity> {
  readonly piecePeople: number;

  constructor(piecePeople = PIECE_PEOPLE) {
    super();
    this.piecePeople = piecePeople;
  }

  /** Undefined also when it was removed. */
  schedule(id: string): Schedule | undefined {
    const schedule = this.get(scheduleKey(id)) as Schedule | undefined;
    return schedule?.isRemoved === true ? undefined : schedule;
  }

  person(id: string): SchedulePerson | undefined {
    return this.get(personKey(id)) as SchedulePerson | undefined;
  }

  get scheduleCount(): number {
    let count = 0;
    for (const entity of this.values())
      if (entity !== undefined && "cron" in entity && !entity.isRemoved) count += 1;
    return count;
  }

  get sealedUpTo(): BusinessDate | undefined {
    return (this.get("sealed") as Sealed | undefined)?.upTo;
  }

  protected override pinned(entity: SchedulerEntity): boolean {
    return !("role" in entity);
  }
}
