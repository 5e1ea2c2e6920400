import { company } from "../store/company.ts";

/** An amount as a person types it (`12`, `12.5`, `12,50`) in minor units; undefined when it is none. */
export function minorOf(typed: string): number | undefined {
  const [, whole, fraction = ""] = /^\s*(\d{1,12})(?:[.,](\d+))?\s*$/.exec(typed) ?? [];
  if (whole === undefined) return undefined;
  const digits = fractionDigits(company.value.currency);
  if (fraction.length > digits) return undefined;
  return Number(whole + fraction.padEnd(digits, "0"));
}

/** The same, the other way round: an amount as a person would type it. */
export function typedAmount(minor: number): string {
  const digits = fractionDigits(company.value.currency);
  const text = String(minor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

const digitsOf = new Map<string, number>();

/** Asked once: making a format takes longer than reading a thousand amounts. */
function fractionDigits(currency: string): number {
  let digits = digitsOf.get(currency);
  if (digits === undefined) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    digitsOf.set(currency, digits);
  }
  return digits;
}
