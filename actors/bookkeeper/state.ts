/** The bookkeeper's working set: corrections and bonuses, as they stand. */

import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { CorrectionState } from "../../schemas/resources.ts";
import { Entities } from "../runtime/entities.ts";

export interface Correction {
  readonly key: `correction/${string}`;
  readonly id: Uuid;
  readonly accountId: UserId;
  readonly kind: "correction" | "bonus";
  readonly amountMinor: Minor;
  readonly reason: string;
  readonly state: CorrectionState;
  readonly proposedBy: UserId;
  readonly proposedAt: string;
  readonly decidedBy: UserId | undefined;
  readonly decidedAt: string | undefined;
  /** Why it was rejected. */
  readonly decision: string | undefined;
}

export const correctionKey = (id: string): `correction/${string}` => `correction/${id}`;

export class BookkeeperState extends Entities<Correction> {
  correction(id: string): Correction | undefined {
    return this.get(correctionKey(id));
  }
}
