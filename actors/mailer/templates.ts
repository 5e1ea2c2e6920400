/**
 * Templates of mails: Handlebars files, read and parsed at import, so that a broken one stops the start and not a
 * receipt. Strict: a value that a template names and the view lacks is an error. HTML escapes everything it is given.
 */
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import type { Locale, Words } from "./state.ts";

type Part = "subject" | "text" | "html";

const engine = Handlebars.create();
for (const partial of ["layout", "line", "total"]) {
  engine.registerPartial(partial, compile(`${partial}.html`, true));
}
engine.registerHelper("left", (text: string, width: number) => text.padEnd(width));
engine.registerHelper("right", (text: string | number, width: number) => String(text).padStart(width));
engine.registerHelper("rule", (width: number) => "-".repeat(width));

/** Makes the words of a mail out of a view, in the language asked for. */
export function wordsOf<View extends object>(name: string): (locale: Locale, view: View) => Words {
  const templates = { en: partsOf<View>(name, "en"), ru: partsOf<View>(name, "ru") };
  return (locale, view) => {
    const { subject, text, html } = templates[locale];
    return { subject: subject(view).trim(), text: text(view), html: html(view) };
  };
}

function partsOf<View>(name: string, locale: Locale): Record<Part, HandlebarsTemplateDelegate<View>> {
  const part = (kind: Part) => compile<View>(`${name}.${locale}.${kind}`, kind === "html");
  return { subject: part("subject"), text: part("text"), html: part("html") };
}

function compile<View>(file: string, isHtml: boolean): HandlebarsTemplateDelegate<View> {
  return engine.compile<View>(engine.parse(readTemplate(file)), { strict: true, noEscape: !isHtml });
}

function readTemplate(file: string): string {
  return readFileSync(new URL(`./templates/${file}.hbs`, import.meta.url), "utf8");
}
