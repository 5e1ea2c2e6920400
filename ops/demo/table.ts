/** The closed day per person: fees, rewards, payout, what was carried over; and what has moved since. */
import { nameOf, type Stage } from "./stage.ts";

const NAME_WIDTH = 22;
const WIDTH = 9;

interface Line {
  readonly name: string;
  readonly amounts: readonly number[];
}

const HEADER = ["fees", "rewards", "payout", "carried", "fees", "rewards", "balance"];

export function table(stage: Stage): string {
  const { date, nextDate, people } = stage;
  const lines = [...people.keys()]
    .map((id) => lineOf(stage, id))
    .filter(({ amounts }) => amounts.some((each) => each !== 0));
  lines.sort((a, b) => a.name.localeCompare(b.name));
  const sums = HEADER.map((_, column) => lines.reduce((sum, { amounts }) => sum + (amounts[column] ?? 0), 0));
  const total = { name: "all", amounts: sums };
  const dates = `${"".padEnd(NAME_WIDTH)}${centred(date, 4)}${centred(`since (${nextDate})`, 3)}`;
  const rule = "─".repeat(NAME_WIDTH + WIDTH * HEADER.length + 2);
  const header = row("", HEADER);
  return [dates, header, rule, ...lines.map(shown), rule, shown(total), ""].join("\n");
}

function lineOf(stage: Stage, userId: string): Line {
  const { books, date, nextDate } = stage;
  const day = books.sums(date, userId);
  const since = books.sums(nextDate, userId);
  const payout = books.payoutOf(date, userId);
  const carried = books.balanceAtEndOf(date, userId) - payout;
  const balance = books.balanceNow(date, userId);
  const amounts = [day.fees, day.rewards, payout, carried, since.fees, since.rewards, balance];
  return { name: nameOf(stage, userId), amounts };
}

function shown({ name, amounts }: Line): string {
  return row(name, amounts.map(String));
}

function row(name: string, cells: readonly string[]): string {
  const padded = cells.map((cell) => cell.padStart(WIDTH));
  return `${name.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH)}${padded.slice(0, 4).join("")} │${padded.slice(4).join("")}`;
}

function centred(text: string, columns: number): string {
  const width = columns * WIDTH;
  return text.padStart((width + text.length) >> 1).padEnd(width + 1);
}
