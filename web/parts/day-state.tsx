import type { DayState as State } from "../api/resources.ts";
import { t } from "../messages/t.ts";

export function DayState({ state }: { state: State }) {
  return <span class={`state day-${state}`}>{t(`day.${state}`)}</span>;
}
