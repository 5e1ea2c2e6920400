import { locale } from "../messages/locale.ts";
import { company } from "../store/company.ts";
import { exactAmount, type MoneyStyle } from "./exact-amount.ts";

/** An amount in minor units, in the company's currency and the page's language. */
export function money(minor: number, style: MoneyStyle = {}): string {
  return exactAmount(minor, locale.value, company.value.currency, style);
}
