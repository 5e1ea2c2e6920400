import { t } from "../messages/t.ts";
import { THEMES, type Theme, theme } from "../store/theme.ts";
import { Icon } from "./icon.tsx";
import type { IconName } from "./icon-names.ts";

const ICONS: Readonly<Record<Theme, IconName>> = { system: "screen", light: "sun", dark: "moon" };

export function ThemeSwitch() {
  return (
    <fieldset class="segmented">
      <legend class="only-read">{t("theme")}</legend>
      {THEMES.map((value) => (
        <button
          key={value}
          type="button"
          title={t(`theme.${value}`)}
          aria-label={t(`theme.${value}`)}
          aria-pressed={theme.current.value === value}
          onClick={() => theme.set(value)}
        >
          <Icon name={ICONS[value]} size={14} />
        </button>
      ))}
    </fieldset>
  );
}
