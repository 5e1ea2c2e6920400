import { locale } from "../messages/locale.ts";

/** A count in the manner of the page's language. */
export function number(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value);
}
