/** Money: whole minor units of the one company currency, never a float (ACC-2). */
import type { Branded } from "./ids.ts";

export type Minor = Branded<number, "Minor">;

export const ZERO = 0 as Minor;

/** Throws a RangeError unless `amount` is a whole number that a double holds exactly. */
export function minor(amount: number): Minor {
  if (!Number.isSafeInteger(amount)) {
    throw new RangeError(`expected whole minor units within ±2^53, got ${amount}`);
  }
  return (amount === 0 ? 0 : amount) as Minor;
}

export function add(a: Minor, b: Minor): Minor {
  return minor(a + b);
}

export function negate(a: Minor): Minor {
  return minor(-a);
}
