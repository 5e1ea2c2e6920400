export type Values = Record<string, string | number>;

/**
 * Formats the part of ICU MessageFormat these tables use: `{name}`, and `{n, plural, =0 {none} one {# task} other {# tasks}}`
 * with `#` for the number. Plural categories come from Intl, so Russian has its one, few, many, other.
 *
 * The patterns are ICU's, so a library can take this file's place. intl-messageformat would be 11 kB of 50 that everybody
 * waits for first, for two constructs; and each number of each pattern would need `, number` to be written as its language does.
 */
export function formatMessage(pattern: string, values: Values, locale: string): string {
  let text = "";
  for (let at = 0; at < pattern.length; ) {
    if (pattern[at] !== "{") {
      text += pattern[at];
      at += 1;
      continue;
    }
    const end = closing(pattern, at);
    text += argument(pattern.slice(at + 1, end), values, locale);
    at = end + 1;
  }
  return text;
}

function closing(pattern: string, open: number): number {
  let depth = 0;
  for (let at = open; at < pattern.length; at += 1) {
    if (pattern[at] === "{") depth += 1;
    else if (pattern[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`message has an unclosed brace: ${pattern}`);
}

function argument(inner: string, values: Values, locale: string): string {
  const plural = /^\s*(\w+)\s*,\s*plural\s*,([\s\S]*)$/.exec(inner);
  if (plural === null) return shown(values[inner.trim()] ?? `{${inner}}`, locale);
  const [, name = "", forms = ""] = plural;
  const count = Number(values[name] ?? 0);
  const chosen = pluralForm(forms, count, locale);
  return formatMessage(chosen.replaceAll("#", shown(count, locale)), values, locale);
}

function pluralForm(forms: string, count: number, locale: string): string {
  const byName = new Map<string, string>();
  for (let rest = forms; ; ) {
    const head = /^\s*(=?\w+)\s*\{/.exec(rest);
    if (head === null) break;
    const open = head[0].length - 1;
    const end = closing(rest, open);
    byName.set(head[1] ?? "", rest.slice(open + 1, end));
    rest = rest.slice(end + 1);
  }
  const category = pluralRules(locale).select(count);
  return byName.get(`=${count}`) ?? byName.get(category) ?? byName.get("other") ?? "";
}

function shown(value: string | number, locale: string): string {
  return typeof value === "number" ? numberFormat(locale).format(value) : value;
}

// Made once each: making one takes longer than a hundred messages with it.
const pluralRules = once((locale) => new Intl.PluralRules(locale));
const numberFormat = once((locale) => new Intl.NumberFormat(locale));

function once<T>(make: (locale: string) => T): (locale: string) => T {
  const made = new Map<string, T>();
  return (locale) => {
    const found = made.get(locale) ?? make(locale);
    made.set(locale, found);
    return found;
  };
}
