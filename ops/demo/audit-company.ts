/** What the company's pages say against the books: the closed day, payouts, earnings (ACC-7), analytics (AN-1, AN-2). */
import type { Day, Earnings, Income, Negative, Payout, TopTask, TopTasks } from "./answers.ts";
import type { KnownTask } from "./books.ts";
import type { Settled } from "./settle.ts";
import type { Stage } from "./stage.ts";

export async function auditCompany(stage: Stage, { day, payouts }: Settled): Promise<void> {
  auditPayouts(stage, payouts);
  const earnings = expectedEarnings(stage);
  auditDay(stage, day, earnings);
  const range = `from=${stage.date}&to=${stage.nextDate}`;
  for (const page of ["/earnings", "/analytics/income"]) {
    stage.findings.equal(page, await stage.admin.read<Earnings>(`${page}?${range}`), earnings);
  }
  await auditNegative(stage, stage.date);
  await auditNegative(stage, stage.nextDate);
  await auditToday(stage, earnings);
  await auditTopTasks(stage);
  stage.narrator.say("compared the day, payouts, earnings and analytics with the books");
}

function auditPayouts({ books, findings, date, people }: Stage, payouts: readonly Payout[]): void {
  const told = payouts.map((each) => `${each.userId} ${each.businessDate} ${each.amountMinor} ${each.state}`);
  const due = [...people.keys()].filter((userId) => books.payoutOf(date, userId) > 0);
  const expected = due.map((userId) => `${userId} ${date} ${books.payoutOf(date, userId)} settled`);
  findings.equal(`the payouts of ${date}`, told.sort(), expected.sort());
}

function auditDay({ books, findings, date, people }: Stage, day: Day, { items }: Earnings): void {
  const amounts = [...people.keys()]
    .map((userId) => books.payoutOf(date, userId))
    .filter((amount) => amount > 0);
  const payoutsMinor = amounts.reduce((sum, amount) => sum + amount, 0);
  const { businessDate: _, ...income } = items.find((item) => item.businessDate === date) ?? noIncome(date);
  const { feesMinor, rewardsMinor, incomeMinor, payouts } = day.totals;
  findings.equal(`the state of ${date}`, [day.state, day.heldAccounts], ["closed", []]);
  findings.equal(`the fees, rewards and income of ${date}`, { feesMinor, rewardsMinor, incomeMinor }, income);
  findings.equal(
    `the payouts in the totals of ${date}`,
    [payouts, day.totals.payoutsMinor],
    [amounts.length, payoutsMinor],
  );
  findings.equal(`the progress of ${date}`, day.progress.done, day.progress.total);
  findings.check(/^[0-9a-f]{64}$/.test(day.sealHash ?? ""), `the seal of ${date} is ${day.sealHash}`);
}

/** What was earned before the demo, and by it. */
function expectedEarnings({ books, before, date, nextDate }: Stage): Earnings {
  const items = [date, nextDate].map((businessDate) => {
    const { fees, rewards } = books.sums(businessDate);
    const earlier =
      before.earnings.items.find((item) => item.businessDate === businessDate) ?? noIncome(businessDate);
    return { businessDate, ...income(earlier.feesMinor + fees, earlier.rewardsMinor + rewards) };
  });
  const moved = items.filter(({ feesMinor, rewardsMinor }) => feesMinor > 0 || rewardsMinor > 0);
  const sum = (of: (item: Income) => number) => moved.reduce((total, item) => total + of(item), 0);
  return {
    items: moved,
    total: income(
      sum((item) => item.feesMinor),
      sum((item) => item.rewardsMinor),
    ),
  };
}

function income(feesMinor: number, rewardsMinor: number): Income {
  return { feesMinor, rewardsMinor, incomeMinor: feesMinor - rewardsMinor };
}

function noIncome(businessDate: string): Income & { businessDate: string } {
  return { businessDate, ...income(0, 0) };
}

/** Who was below zero when the date ended; of the current date, who is now. */
async function auditNegative({ books, findings, admin, people, date }: Stage, asked: string): Promise<void> {
  const { count, items } = await admin.read<Negative>(`/analytics/negative?date=${asked}`);
  const balance = (userId: string) =>
    asked === date ? Math.min(0, books.balanceAtEndOf(date, userId)) : books.balanceNow(date, userId);
  const expected = [...people.keys()].filter((userId) => balance(userId) < 0);
  const told = items.map(({ userId, balanceMinor }) => `${userId} ${balanceMinor}`);
  findings.equal(
    `who is below zero on ${asked}`,
    told.sort(),
    expected.map((id) => `${id} ${balance(id)}`).sort(),
  );
  findings.equal(`how many are below zero on ${asked}`, count, expected.length);
}

async function auditToday(
  { findings, admin, books, people, date, nextDate }: Stage,
  { items }: Earnings,
): Promise<void> {
  const { businessDate: _, ...today } =
    items.find((item) => item.businessDate === nextDate) ?? noIncome(nextDate);
  const negativeCount = [...people.keys()].filter((userId) => books.balanceNow(date, userId) < 0).length;
  const told = await admin.read<Income & { businessDate: string; negativeCount: number }>("/analytics/today");
  findings.equal("/analytics/today", told, { businessDate: nextDate, ...today, negativeCount });
}

/** The highest reward per day, how many tasks have it, and the earliest of them (AN-2). */
async function auditTopTasks(stage: Stage): Promise<void> {
  const { findings, admin, before, date, nextDate } = stage;
  const { items } = await admin.read<TopTasks>(`/analytics/top-task?from=${date}&to=${nextDate}&by=day`);
  findings.equal(
    "the days of /analytics/top-task",
    items.map(({ from }) => from),
    [date, nextDate],
  );
  for (const item of items) {
    const earlier = before.topTasks.find(({ from, task }) => from === item.from && task !== null);
    const { rewardMinor, ties, first } = topOf(stage, item.from, earlier);
    const what = `the most expensive task of ${item.from}`;
    findings.equal(`${what}, reward and ties`, [item.rewardMinor, item.ties], [rewardMinor, ties]);
    findings.equal(`${what}, the earliest of them`, item.task?.id, first);
  }
}

interface Top {
  readonly rewardMinor: number | undefined;
  readonly ties: number | undefined;
  readonly first: string | undefined;
}

function topOf(stage: Stage, date: string, earlier: TopTask | undefined): Top {
  const done = completedOn(stage, date);
  const rewards = done.map(({ task }) => task.rewardMinor);
  const highest = Math.max(earlier?.rewardMinor ?? 0, ...rewards);
  if (highest === 0) return { rewardMinor: undefined, ties: undefined, first: undefined };
  const top = done.filter(({ task }) => task.rewardMinor === highest).sort(byCompletion);
  const isEarlier = earlier?.rewardMinor === highest;
  const ties = top.length + (isEarlier ? (earlier.ties ?? 0) : 0);
  return { rewardMinor: highest, ties, first: isEarlier ? earlier.task?.id : top[0]?.task.id };
}

function completedOn({ books }: Stage, date: string): KnownTask[] {
  const rewards = books.movements.filter(({ kind, bookedOn }) => kind === "reward" && bookedOn === date);
  return rewards.flatMap(({ taskId }) => books.tasks.get(taskId) ?? []);
}

function byCompletion(a: KnownTask, b: KnownTask): number {
  const [first = "", second = ""] = [a.completedAt, b.completedAt];
  return first === second ? a.task.number - b.task.number : first < second ? -1 : 1;
}
