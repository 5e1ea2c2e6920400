/** What a setting is, and how each sort of value is read: refused with what was expected. */
import type { PriceRange } from "../schemas/company.ts";
import { minor } from "../schemas/money.ts";

export interface Setting<T> {
  readonly env: string;
  readonly fallback: string | undefined;
  readonly about: string;
  readonly secret?: boolean;
  parse(text: string): T;
}

export class ConfigError extends Error {
  readonly code = "config";
}

export const text = (pattern: RegExp, expected: string) => (value: string) => {
  if (!pattern.test(value)) throw new ConfigError(`expected ${expected}`);
  return value;
};

export const whole = (min: number, max: number) => (value: string) => {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max)
    throw new ConfigError(`expected a whole number from ${min} to ${max}`);
  return number;
};

export const url =
  (...protocols: string[]) =>
  (value: string) => {
    const expected = `a URL that begins with ${protocols.map((each) => `${each}//`).join(" or ")}`;
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol))
      throw new ConfigError(`expected ${expected}`);
    return value;
  };

export function yesOrNo(value: string): boolean {
  if (value !== "yes" && value !== "no") throw new ConfigError("expected yes or no");
  return value === "yes";
}

/** `from..to` or `from..to/step`, whole minor units, bounds included. */
export function priceRange(value: string): PriceRange {
  const match = /^(\d{1,12})\.\.(\d{1,12})(?:\/(\d{1,12}))?$/.exec(value);
  const [from, to, step] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 1)];
  if (match === null || from < 1 || to < from || step < 1 || (to - from) % step !== 0) {
    throw new ConfigError(
      "expected from..to or from..to/step in whole minor units, from ≤ to, and the step dividing their distance",
    );
  }
  return { fromMinor: minor(from), toMinor: minor(to), stepMinor: minor(step) };
}

export function timeZone(value: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    throw new ConfigError("expected an IANA time zone such as Europe/Berlin");
  }
}

export function currency(value: string): string {
  if (!Intl.supportedValuesOf("currency").includes(value))
    throw new ConfigError("expected an ISO 4217 currency such as EUR");
  return value;
}

export const roles = (value: string) => {
  const known = ["admin", "manager", "accountant", "employee"];
  const listed = value
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  if (listed.some((each) => !known.includes(each)))
    throw new ConfigError(`expected a comma list of ${known.join(", ")}`);
  return listed;
};

export const optional =
  <T>(parse: (value: string) => T) =>
  (value: string) =>
    value === "" ? undefined : parse(value);

export function setting<T>(
  env: string,
  fallback: string | undefined,
  parse: (text: string) => T,
  about: string,
  secret = false,
): Setting<T> {
  return { env, fallback, parse, about, secret };
}
