/** Amounts and dates as the reader's language writes them. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Locale } from "./state.ts";

export type MoneyStyle = "plain" | "signed";

const formats = new Map<string, Intl.NumberFormat>();

/** An amount in minor units as text. Exact: the digits are moved as text, no number with a fraction is made (ACC-2). */
export function moneyText(amount: Minor, currency: string, locale: Locale, style: MoneyStyle): string {
  const format = formatFor(currency, locale, style);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(decimal(amount, digits)).replace("-", "−");
}

/** "October 5, 2026", "5 октября 2026 г."; a business date has no zone. */
export function dateText(date: BusinessDate, locale: Locale): string {
  const midnight = new Date(`${date}T00:00:00Z`);
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(midnight);
}

function formatFor(currency: string, locale: Locale, style: MoneyStyle): Intl.NumberFormat {
  const key = `${currency} ${locale} ${style}`;
  let format = formats.get(key);
  if (format === undefined) {
    const signDisplay = style === "signed" ? "exceptZero" : "auto";
    format = new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      signDisplay,
    });
    formats.set(key, format);
  }
  return format;
}

function decimal(amount: Minor, digits: number): Intl.StringNumericLiteral {
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  const sign = amount < 0 ? "-" : "";
  const point = text.length - digits;
  const fraction = digits === 0 ? "" : `.${text.slice(point)}`;
  return `${sign}${text.slice(0, point)}${fraction}` as Intl.StringNumericLiteral;
}
