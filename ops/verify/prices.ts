/** Prices (ACC-1): drawn once, by the task alone, within the installation's ranges, and charged as they are. */
import { drawPrices } from "../../actors/ledger/pricing.ts";
import { contextOf } from "../../actors/runtime/context.ts";
import type { Company, PriceRange } from "../../schemas/company.ts";
import type { TaskId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import { type Check, sqlCheck, Tally } from "./check.ts";

const PAGE_TASKS = 5_000;
const NO_TASK = "00000000-0000-0000-0000-000000000000";

interface PricedTask {
  id: TaskId;
  fee: Minor;
  reward: Minor;
}

/** A draw is a keyed hash of the task's id: whoever has the installation's secret can draw it again. */
export const pricesAreTheDrawnOnes: Check = {
  id: "2d",
  rules: ["ACC-1"],
  says: "every task has the prices that were drawn for it, within the installation's ranges",
  unit: "tasks",
  async run(reader, company) {
    const moment = { nowMs: 0, company, partition: 0, kind: "task-board" };
    const context = contextOf({ id: "", time: "" }, "", moment);
    const tally = new Tally();
    const pages = reader.pages<PricedTask>(
      "select id, fee, reward from tasks where id > $1::uuid order by id limit $2",
      [NO_TASK],
      (row) => [row.id],
      PAGE_TASKS,
    );
    for await (const page of pages) {
      for (const task of page) tally.count(priceProblem(task, company, drawPrices(task.id, context)));
    }
    return tally.outcome;
  },
};

function priceProblem(
  { id, fee, reward }: PricedTask,
  company: Company,
  drawn: ReturnType<typeof drawPrices>,
): string | undefined {
  if (!isWithin(fee, company.fee))
    return `task ${id} has the fee ${fee}, outside of ${rangeText(company.fee)}`;
  if (!isWithin(reward, company.reward))
    return `task ${id} has the reward ${reward}, outside of ${rangeText(company.reward)}`;
  if (fee === drawn.feeMinor && reward === drawn.rewardMinor) return undefined;
  return `task ${id} has the prices ${fee} and ${reward}, drawn were ${drawn.feeMinor} and ${drawn.rewardMinor}`;
}

function isWithin(amount: Minor, { fromMinor, toMinor, stepMinor }: PriceRange): boolean {
  return amount >= fromMinor && amount <= toMinor && (amount - fromMinor) % stepMinor === 0;
}

function rangeText({ fromMinor, toMinor, stepMinor }: PriceRange): string {
  return `${fromMinor}..${toMinor}${stepMinor === 1 ? "" : `/${stepMinor}`}`;
}

export const pricesAreTheSameEverywhere = sqlCheck(
  {
    id: "2e",
    rules: ["ACC-1", "ACC-4"],
    says: "every fee and reward is the price of its task",
    unit: "fees and rewards",
  },
  `select e.account_id || '/' || lpad(e.number::text, 12, '0') as ord, 1 as size,
          case when e.amount <> case e.kind when 'fee' then -t.fee else t.reward end then
            format('entry %s of account %s is a %s of %s, task %s has %s', e.number, e.account_id, e.kind, e.amount, t.id,
                   case e.kind when 'fee' then t.fee else t.reward end)
          end as problem
     from entries e join tasks t on t.id = e.task_id where e.kind in ('fee', 'reward')`,
);
