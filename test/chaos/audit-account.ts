/** One account, computed anew from its entries: running balances, and the payouts that its dates must have had. */

export interface Entry {
  readonly number: number;
  readonly kind: string;
  readonly amountMinor: number;
  readonly balanceAfterMinor: number;
  readonly taskId: string | null;
  readonly businessDate: string;
}

export interface Payout {
  readonly userId: string;
  readonly businessDate: string;
  readonly amountMinor: number;
  readonly state: string;
}

/** What is wrong with it. `entries` oldest first; `closedDates` in order. */
export function auditAccount(
  entries: readonly Entry[],
  balanceMinor: number | undefined,
  closedDates: readonly string[],
  payouts: readonly Payout[],
): string[] {
  const wrong: string[] = [];
  let runningMinor = 0;
  entries.forEach(({ number, amountMinor, balanceAfterMinor }, index) => {
    runningMinor += amountMinor;
    if (number !== index + 1) wrong.push(`entry ${index + 1} has the number ${number}`);
    if (balanceAfterMinor !== runningMinor)
      wrong.push(`after entry ${number} the balance is ${balanceAfterMinor}, expected ${runningMinor}`);
  });
  if (balanceMinor !== runningMinor) wrong.push(`the balance is ${balanceMinor}, expected ${runningMinor}`);
  for (const date of closedDates) wrong.push(...auditDate(entries, date, payouts));
  const closed = new Set(closedDates);
  for (const { businessDate } of payouts)
    if (!closed.has(businessDate)) wrong.push(`a payout for ${businessDate}, which is not closed`);
  return wrong;
}

/** A positive balance at the end of the date is paid out whole, once; any other not at all (DAY-2). */
function auditDate(entries: readonly Entry[], date: string, payouts: readonly Payout[]): string[] {
  const upTo = entries.filter(({ businessDate }) => businessDate <= date);
  const booked = upTo.filter(({ kind, businessDate }) => kind === "payout" && businessDate === date);
  const bookedMinor = -booked.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const dueMinor = Math.max(0, upTo.reduce((sum, { amountMinor }) => sum + amountMinor, 0) + bookedMinor);
  const asked = payouts.filter(({ businessDate }) => businessDate === date);
  const askedMinor = asked.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const count = dueMinor > 0 ? 1 : 0;
  const isRight =
    booked.length === count && asked.length === count && bookedMinor === dueMinor && askedMinor === dueMinor;
  if (isRight) return [];
  return [
    `${date} ended with ${dueMinor} due: ${booked.length} entries of ${bookedMinor}, ${asked.length} payouts of ${askedMinor}`,
  ];
}
