/** `ates reconcile`: the board's facts against the books, and the trial balance (DAY-4, ACC-5, OPS-3). */
import { type Difference, type Reconciliation, reconcile } from "../reconcile.ts";
import type { Command } from "./command.ts";
import { withInstallation } from "./connection.ts";
import { printable, printTable } from "./table.ts";

export const reconcileCommand: Command = {
  name: "reconcile",
  usage: "[--json]",
  summary: [
    "Compares what the board sent with what accounts posted, per task, person and day; exits 1 when they differ.",
    "",
    "Then who is held (`ates release` when it is mended), and the trial balance, which sums up to zero. It only reads, and",
    "may run while people work: facts that are on their way are counted as such.",
  ].join("\n"),
  options: { json: { type: "boolean" } },
  optionHelp: { "--json": "one JSON document instead of tables" },
  run: ({ values }) =>
    withInstallation(async ({ pool }) => {
      // Of a large book that takes a minute: whoever waits sees what for.
      if (values.json !== true) print("comparing the board's history with every entry …\n");
      const found = await reconcile(pool);
      if (values.json === true) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else tell(found);
      return found.differences.length > 0 || sumOf(found) !== 0 ? 1 : 0;
    }),
};

function sumOf({ trialBalance }: Reconciliation): number {
  return trialBalance.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0);
}

function tell(found: Reconciliation): void {
  const { differences, held, trialBalance } = found;
  if (differences.length === 0) print("the board and the books agree, per task, person and day");
  else printTable(["date", "person", "task", "kind", "sent", "posted"], differences.map(cellsOf));
  if (held.length > 0) print(`\nheld, until \`ates release <user id> --reason "…"\`:`);
  for (const { name, userId, since, balanceMinor } of held)
    print(`  ${printable(name)} (${userId}) since ${since}, balance ${balanceMinor}`);
  print("\ntrial balance:");
  printTable(
    ["account", "balance"],
    [...trialBalance.map((line) => [line.account, String(line.balanceMinor)]), ["sum", String(sumOf(found))]],
  );
}

function cellsOf(each: Difference): string[] {
  const { businessDate, name, userId, taskId, kind, sent, sentMinor, posted, postedMinor } = each;
  return [
    businessDate,
    `${name} (${userId})`,
    taskId,
    kind,
    `${sent} of ${sentMinor}`,
    `${posted} of ${postedMinor}`,
  ];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
