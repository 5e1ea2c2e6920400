import { signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const REMEMBERED = "ates.theme";

const current = signal<Theme>("system");

/** Light or dark, as chosen here; else as the system is. */
export const theme = {
  current,
  set(next: Theme): void {
    current.value = next;
    if (next === "system") {
      localStorage.removeItem(REMEMBERED);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(REMEMBERED, next);
      document.documentElement.dataset.theme = next;
    }
  },
  start(): void {
    const remembered = localStorage.getItem(REMEMBERED);
    theme.set(THEMES.find((known) => known === remembered) ?? "system");
  },
};
