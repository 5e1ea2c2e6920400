import { signal } from "@preact/signals";
import type { Locale } from "../api/resources.ts";
import { en, type Messages } from "./en.ts";

const REMEMBERED = "ates.locale";

const current = signal<Locale>("en");
const table = signal<Messages>(en);

async function tableOf(locale: Locale): Promise<Messages> {
  return locale === "ru" ? (await import("./ru.ts")).ru : en;
}

/** The page's language: the profile's once signed in; before that the last one used here, else the browser's. */
export const locale = {
  get value(): Locale {
    return current.value;
  },
  get table(): Messages {
    return table.value;
  },
  async set(next: Locale): Promise<void> {
    table.value = await tableOf(next);
    current.value = next;
    document.documentElement.lang = next;
    localStorage.setItem(REMEMBERED, next);
  },
  async start(): Promise<void> {
    const remembered = localStorage.getItem(REMEMBERED) ?? navigator.language.slice(0, 2);
    await locale.set(remembered === "ru" ? "ru" : "en");
  },
};
