import type { IconName } from "./icon-names.ts";

/** A drawing beside a text, from the one sprite, which stands in the document (sprite.ts); alone it needs a label on its button. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}
