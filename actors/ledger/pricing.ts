/**
 * Prices (ACC-1): fee and reward of a task are two independent uniform draws of whole steps, bounds included, keyed by
 * the task alone. So redelivery, retry and replay draw the same, and nobody's identity has a part in it.
 */
import type { TaskId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Context } from "../runtime/actor.ts";

export interface Prices {
  readonly feeMinor: Minor;
  readonly rewardMinor: Minor;
}

export function drawPrices(taskId: TaskId, { company, draw }: Pick<Context, "company" | "draw">): Prices {
  return {
    feeMinor: draw(company.fee, "fee", taskId),
    rewardMinor: draw(company.reward, "reward", taskId),
  };
}
