import { locale } from "../messages/locale.ts";

const formats = new Map<string, Intl.NumberFormat>();

/** A count in the manner of the page's language. */
export function number(value: number): string {
  let format = formats.get(locale.value);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale.value);
    formats.set(locale.value, format);
  }
  return format.format(value);
}
