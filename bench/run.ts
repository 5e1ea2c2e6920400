/** `npm run bench -- NAME [--quick]`: what is measured, and how it is told. */
import { parseArgs } from "node:util";
import { benchPosting } from "./posting.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" } },
});
const [name = "posting"] = positionals;
if (name !== "posting") {
  process.stderr.write(`bench: expected posting, got ${name}\n`);
  process.exit(2);
}

const rounds = values.quick === true ? 3 : 5;
const postings = values.quick === true ? 40_000 : 100_000;
process.stdout.write(`posting: ${rounds} rounds of ${postings} facts in 16 partitions, one process\n`);
const done = await benchPosting(rounds, postings, ({ seconds, perSecond }) => {
  process.stdout.write(`  ${perSecond} postings/s (${seconds.toFixed(2)} s)\n`);
});
const rates = done.map((round) => round.perSecond).sort((a, b) => a - b);
const [least, median, most] = [rates[0], rates[Math.floor(rates.length / 2)], rates.at(-1)];
process.stdout.write(`posting: ours ${median}/s (median of ${rounds}; ${least}..${most})\n`);
process.exit(0);
