import { money } from "../format/money.ts";

/** Money in a column of figures. `tone` colours gains and debts; the sign says it without the colour. */
export function Amount({ minor, signed, tone }: { minor: number; signed?: boolean; tone?: boolean }) {
  const colour = !tone || minor === 0 ? "" : minor > 0 ? " gain" : " loss";
  return <span class={`amount${colour}`}>{money(minor, { signed: signed ?? false })}</span>;
}
