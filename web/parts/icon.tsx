import sprite from "../icons.svg?no-inline";
import type { IconName } from "./icon-names.ts";

/** A drawing beside a text, from the one sprite; alone it needs a label on its button. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} aria-hidden="true">
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}
