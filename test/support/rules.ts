/**
 * `npm run rules`: every rule of the requirements with the tests that cite it, and at the end those that none cites.
 * `npm run rules -- --missing` prints only the latter.
 */
import { parseArgs } from "node:util";
import { type Citation, citations, type Rule, readRules } from "./cited-rules.ts";

const { values } = parseArgs({ options: { missing: { type: "boolean" } } });
const rules = readRules();
const cited = Map.groupBy(citations(), ({ rule }) => rule);
const missing = rules.filter(({ rule }) => !cited.has(rule));

if (values.missing !== true) for (const rule of rules) show(rule, cited.get(rule.rule) ?? []);
const count = `${rules.length - missing.length} of ${rules.length} rules are cited by a test`;
print(missing.length === 0 ? `${count}.` : `${count}; by none:`);
for (const { rule, summary, covered } of missing)
  print(`  ${rule.padEnd(8)}${covered ? "due   " : "later "}${summary}`);

function show({ rule, summary }: Rule, by: readonly Citation[]): void {
  if (by.length === 0) return;
  print(`${rule.padEnd(8)}${summary}`);
  for (const { file, title, tests } of by)
    print(`          ${file}: ${title}${tests > 1 ? ` (${tests} tests)` : ""}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
