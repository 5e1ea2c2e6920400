/** `npm run bench -- NAME [--quick]`: what is measured, and how it is told. */
import { parseArgs } from "node:util";
import { benchPosting } from "./posting.ts";
import { benchRecovery } from "./recovery.ts";

const BENCHES: Readonly<Record<string, (isQuick: boolean) => Promise<void>>> = { posting, recovery };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" } },
});
const [name = "posting"] = positionals;
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`bench: expected ${Object.keys(BENCHES).join(" or ")}, got ${name}\n`);
  process.exit(2);
}
await bench(values.quick === true);
process.exit(0);

async function posting(isQuick: boolean): Promise<void> {
  const rounds = isQuick ? 3 : 5;
  const postings = isQuick ? 40_000 : 100_000;
  process.stdout.write(`posting: ${rounds} rounds of ${postings} facts in 16 partitions, one process\n`);
  const done = await benchPosting(rounds, postings, ({ seconds, perSecond }) => {
    process.stdout.write(`  ${perSecond} postings/s (${seconds.toFixed(2)} s)\n`);
  });
  const { least, median, most } = spread(done.map((round) => round.perSecond));
  process.stdout.write(`posting: ours ${median}/s (median of ${rounds}; ${least}..${most})\n`);
}

async function recovery(isQuick: boolean): Promise<void> {
  const rounds = isQuick ? 2 : 5;
  process.stdout.write(`recovery: ${rounds} rounds each, 16 partitions, two workers at the defaults\n`);
  await benchRecovery(rounds, ({ name, limitMs, samplesMs }) => {
    const { median, most } = spread(samplesMs);
    const told = `median ${median.toFixed(0)} ms, worst ${most.toFixed(0)} ms`;
    process.stdout.write(`  ${name}: ${told} of ${samplesMs.length} (limit ${limitMs} ms)\n`);
  });
}

function spread(figures: readonly number[]): { least: number; median: number; most: number } {
  const sorted = [...figures].sort((a, b) => a - b);
  const [least = 0, median = 0, most = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return { least, median, most };
}
