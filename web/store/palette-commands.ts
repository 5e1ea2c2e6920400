import { locale } from "../messages/locale.ts";
import { t } from "../messages/t.ts";
import type { IconName } from "../parts/icon-names.ts";
import { places } from "../places.ts";
import { router } from "../router.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { creating } from "./creating.ts";
import { overlays } from "./overlays.ts";
import { shuffling } from "./shuffling.ts";
import { THEMES, theme } from "./theme.ts";
import { toasts } from "./toasts.ts";

export interface PaletteCommand {
  readonly key: string;
  readonly icon: IconName;
  readonly label: string;
  readonly hint?: string;
  readonly run: () => void;
}

/** What can be done from anywhere, for the one who is signed in. */
export function paletteCommands(): readonly PaletteCommand[] {
  return [
    { key: "create", icon: "plus", label: t("task.create"), hint: "c", run: () => creating.open() },
    ...(may.shuffle(session.me) ? [shuffle()] : []),
    ...goTo(),
    { key: "mine", icon: "filter", label: t("board.mine"), run: () => router.go("/?mine=1") },
    { key: "list", icon: "list", label: t("board.view.as-list"), run: () => router.go("/?view=list") },
    ...THEMES.filter((value) => value !== theme.current.value).map(
      (value): PaletteCommand => ({
        key: `theme-${value}`,
        icon: value === "dark" ? "moon" : value === "light" ? "sun" : "screen",
        label: `${t("theme")}: ${t(`theme.${value}`)}`,
        run: () => theme.set(value),
      }),
    ),
    language(),
    { key: "help", icon: "keyboard", label: t("keys"), hint: "?", run: () => open(overlays.help) },
    { key: "leave", icon: "leave", label: t("logout"), run: () => void session.signOut() },
  ];
}

function open(overlay: { value: boolean }): void {
  overlay.value = true;
}

function shuffle(): PaletteCommand {
  return { key: "shuffle", icon: "shuffle", label: t("shuffle"), run: shuffling.open };
}

function goTo(): readonly PaletteCommand[] {
  return places
    .filter(({ who }) => who(session.me))
    .map(({ href, label, icon }) => ({
      key: `go-${href.slice(1) || "board"}`,
      icon,
      label: t("palette.go", { page: t(label) }),
      run: () => router.go(href),
    }));
}

function language(): PaletteCommand {
  const next = locale.value === "ru" ? "en" : "ru";
  const label = next === "ru" ? "Русский" : "English";
  return {
    key: "language",
    icon: "edit",
    label: `${t("language")}: ${label}`,
    run: () => void session.setLocale(next).catch(toasts.problem),
  };
}
