/** `ates verify`: the ledger's invariants, checked where the money is (ACC-5, ACC-9, DAY-6, OPS-3). */
import { awaitSettled, isSettled, type Unsettled } from "../lag.ts";
import { type Finding, lineOf } from "../verify/finding.ts";
import { findings } from "../verify/verify-ledger.ts";
import { type Command, UsageError } from "./command.ts";
import { withInstallation } from "./connection.ts";

const SETTLE_SECONDS = 10;

export const verify: Command = {
  name: "verify",
  usage: "[--settled N] [--all] [--json]",
  summary: [
    "Checks the invariants of the ledger: one line per check, the first broken row named; exits 1 when one is broken.",
    "",
    "It only reads, and may run while people work: facts that are on their way are counted as such. A warning is no",
    "broken invariant, but work that waits for an operator.",
  ].join("\n"),
  options: { settled: { type: "string" }, all: { type: "boolean" }, json: { type: "boolean" } },
  optionHelp: {
    "--settled N": `wait up to N seconds for nothing to be on its way (default ${SETTLE_SECONDS}; 0 = look at once)`,
    "--all": "name every broken link of a hash chain, not only the first (up to 1,000)",
    "--json": "one JSON document instead of lines",
  },
  run: ({ values }) => {
    const limitMs = secondsOf(values.settled) * 1_000;
    const isJson = values.json === true;
    return withInstallation(async ({ pool, company }) => {
      const unsettled = await awaitSettled(pool, limitMs);
      if (!isJson) print(stillUnderWay(unsettled));
      const found: Finding[] = [];
      for await (const finding of findings(pool, company)) {
        found.push(finding);
        if (isJson) continue;
        print(lineOf(finding));
        if (values.all === true) for (const each of finding.named?.slice(1) ?? []) print(`  ${each}`);
      }
      print(isJson ? JSON.stringify({ unsettled, findings: found }, null, 2) : summaryOf(found));
      return found.some(({ verdict }) => verdict === "broken") ? 1 : 0;
    });
  },
};

function secondsOf(value: unknown): number {
  if (value === undefined) return SETTLE_SECONDS;
  if (typeof value === "string" && /^\d{1,5}$/.test(value)) return Number(value);
  throw new UsageError(`--settled: expected whole seconds, got ${String(value)}`);
}

function stillUnderWay(unsettled: Unsettled): string {
  const { facts, due, promised } = unsettled;
  if (isSettled(unsettled)) return "settled: nothing is on its way";
  return `not settled: ${facts} facts are on their way to a group, ${due} messages are due, ${promised} commands are undecided; what is on its way is counted`;
}

function summaryOf(found: readonly Finding[]): string {
  const broken = found.filter(({ verdict }) => verdict === "broken").length;
  const warnings = found.filter(({ verdict }) => verdict === "warning").length;
  const warned = warnings === 0 ? "" : `, ${warnings} with a warning`;
  return broken === 0
    ? `all ${found.length} checks hold${warned}`
    : `${broken} of ${found.length} checks are BROKEN${warned}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
