import type { Locale } from "../api/resources.ts";
import { locale } from "../messages/locale.ts";
import { t } from "../messages/t.ts";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { Segmented } from "./segmented.tsx";

const LANGUAGES: readonly { value: Locale; label: string }[] = [
  { value: "en", label: "English" },
  { value: "ru", label: "Русский" },
];

export function LanguageSwitch() {
  return (
    <Segmented
      label={t("language")}
      value={locale.value}
      options={LANGUAGES}
      onChange={(value) => session.setLocale(value).catch(toasts.problem)}
    />
  );
}
