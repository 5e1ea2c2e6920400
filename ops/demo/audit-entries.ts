/**
 * Every account's log against the books (ACC-4, ACC-6): each entry has its record and each record its entry, one to one;
 * the running balance adds up; each positive balance at the end of the day was paid out, whole, and no other.
 */
import type { Account, Entry } from "./answers.ts";
import type { Movement } from "./books.ts";
import { inParallel } from "./in-parallel.ts";
import { HANDS, nameOf, readerOf, type Stage } from "./stage.ts";

export async function auditEntries(stage: Stage): Promise<void> {
  const accounts = await stage.accountant.readAll<Account>("/accounts");
  stage.findings.equal(
    "who has an account (ACC-3)",
    accounts.map(({ userId }) => userId).sort(),
    [...stage.people.keys()].sort(),
  );
  const entries = await inParallel(accounts, HANDS, ({ userId }) => readEntries(stage, userId));
  accounts.forEach((account, index) => {
    auditAccount(stage, account, entries[index] ?? []);
  });
  const count = entries.reduce((sum, each) => sum + each.length, 0);
  stage.narrator.say(`compared ${count} entries of ${accounts.length} accounts with the books`);
  await foreignAccount(stage);
}

/** As the person themselves where the demo can, oldest first, without those of before. */
async function readEntries({ sessions, accountant, books }: Stage, userId: string): Promise<Entry[]> {
  const reader = sessions.get(userId) ?? accountant;
  const entries = await reader.readAll<Entry>(`/accounts/${userId}/entries`);
  return entries.filter(({ number }) => number > books.openingOf(userId).lastNumber).reverse();
}

function auditAccount(stage: Stage, account: Account, entries: readonly Entry[]): void {
  const { books, findings, date } = stage;
  const { userId, name, balanceMinor } = account;
  auditChain(stage, account, entries);
  const unbooked = [...books.of(userId)];
  for (const entry of entries) {
    if (entry.kind === "payout") continue;
    bookEntry(stage, account, entry, unbooked);
  }
  for (const { kind, taskId, amountMinor } of unbooked) {
    const number = books.tasks.get(taskId)?.task.number;
    findings.check(false, `${name} has no entry for the ${kind} of task #${number} (${amountMinor})`);
  }
  const due = books.payoutOf(date, userId);
  const paid = entries.filter(({ kind }) => kind === "payout");
  const told = paid.map(({ businessDate, amountMinor }) => [businessDate, amountMinor]);
  findings.equal(`the payout entries of ${name}`, told, due > 0 ? [[date, -due]] : []);
  findings.equal(`the balance of ${name}`, balanceMinor, books.balanceNow(date, userId));
}

/** Finds the entry's record and takes it off the list. */
function bookEntry(stage: Stage, { name }: Account, entry: Entry, unbooked: Movement[]): void {
  const { books, findings } = stage;
  const { number, kind, taskId, amountMinor, businessDate, title, jiraId } = entry;
  const what = `entry ${number} of ${name}, a ${kind} of ${amountMinor}`;
  const isSame = (each: Movement) =>
    each.kind === kind && each.taskId === taskId && each.amountMinor === amountMinor;
  const lawful = unbooked.findIndex((each) => isSame(each) && each.dates.includes(businessDate));
  const index = lawful >= 0 ? lawful : unbooked.findIndex(isSame);
  const [movement] = index < 0 ? [] : unbooked.splice(index, 1);
  findings.check(
    movement !== undefined,
    () => `${what} for "${title}" (${taskId}): the books have no such ${kind}`,
  );
  if (movement === undefined) return;
  movement.bookedOn = businessDate;
  findings.check(
    movement.dates.includes(businessDate),
    () => `${what} is dated ${businessDate}, expected ${movement.dates.join(" or ")}`,
  );
  const known = books.tasks.get(movement.taskId);
  findings.check(
    known?.titles.has(title ?? "") === true,
    () => `${what} has the title ${JSON.stringify(title)}`,
  );
  findings.equal(`${what}, Jira id`, jiraId, known?.task.jiraId);
}

/** Numbers without gaps, balances that follow from each other, dates that never go back. */
function auditChain(
  { findings, books }: Stage,
  { userId, name, balanceMinor }: Account,
  entries: readonly Entry[],
): void {
  const opening = books.openingOf(userId);
  let last = { number: opening.lastNumber, balanceAfterMinor: opening.balanceMinor, businessDate: "" };
  for (const entry of entries) {
    const expected = [last.number + 1, last.balanceAfterMinor + entry.amountMinor];
    findings.equal(
      `number and balance after an entry of ${name}`,
      [entry.number, entry.balanceAfterMinor],
      expected,
    );
    findings.check(
      entry.businessDate >= last.businessDate,
      () => `entry ${entry.number} of ${name} goes back from ${last.businessDate} to ${entry.businessDate}`,
    );
    last = entry;
  }
  findings.equal(`the last balance in the log of ${name}`, last.balanceAfterMinor, balanceMinor);
}

/** An employee sees their own account only (ACC-7). */
async function foreignAccount(stage: Stage): Promise<void> {
  const employees = [...stage.sessions.values()].filter(({ user }) => user.role === "employee");
  const [one, other] = employees;
  if (one === undefined || other === undefined) return;
  const { status } = await one.ask(`/accounts/${other.user.id}/entries`);
  stage.findings.equal(`${one.user.name} reads the entries of ${nameOf(stage, other.user.id)}`, status, 403);
  const own = await readerOf(stage, 0).ask<Account>("/accounts/me");
  stage.findings.equal("one's own account", own.status, 200);
}
