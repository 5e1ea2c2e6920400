import { t } from "../messages/t.ts";

interface Props {
  readonly lines?: number;
  /** As high as what is coming: nothing below moves when it is here. */
  readonly shape?: "stats" | "chart";
}

/** Grey lines in the place of what is coming. */
export function Loading({ lines = 4, shape }: Props) {
  return (
    <div class={shape === undefined ? "loading" : `loading ${shape}-high`} role="status">
      <span class="only-read">{t("loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="loading-line" />
      ))}
    </div>
  );
}
