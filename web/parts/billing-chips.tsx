import type { Task } from "../api/resources.ts";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { Icon } from "./icon.tsx";

/** What a task costs and brings, and how that money stands: a tick once it is booked, a clock while it is on its way. */
export function BillingChips({ task, worded }: { task: Task; worded?: boolean }) {
  const { fee, reward } = task.billing;
  const feeText = t(`billing.fee.${fee}`);
  const rewardText = t(`billing.reward.${reward}`);
  return (
    <span class={`chips${worded ? " worded" : ""}`}>
      <span class={`chip fee ${fee}`} title={worded ? undefined : feeText}>
        {fee === "pending" ? <Icon name="pending" size={12} /> : <Icon name="check" size={12} />}
        <span class={worded ? "" : "only-read"}>{feeText}: </span>
        {money(-task.feeMinor, { signed: true, short: true })}
      </span>
      <span class={`chip reward ${reward}`} title={worded ? undefined : rewardText}>
        {reward === "none" ? null : <Icon name={reward === "paid" ? "check" : "pending"} size={12} />}
        <span class={worded ? "" : "only-read"}>{rewardText}: </span>
        {money(task.rewardMinor, { signed: true, short: true })}
      </span>
    </span>
  );
}
