import type { MessageKey } from "./en.ts";
import { formatMessage, type Values } from "./format-message.ts";
import { locale } from "./locale.ts";

/** The text of a message in the page's language; a component that calls it renders again when the language changes. */
export function t(key: MessageKey, values?: Values): string {
  const pattern = locale.table[key];
  return values === undefined ? pattern : formatMessage(pattern, values, locale.value);
}
