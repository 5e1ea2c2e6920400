import { t } from "../messages/t.ts";
import { shuffling } from "../store/shuffling.ts";
import { Icon } from "./icon.tsx";

/** The only way to reassign. Every press is a shuffle of its own, also while another runs. */
export function ShuffleButton() {
  return (
    <button type="button" class="button" onClick={shuffling.open}>
      <Icon name="shuffle" />
      <span>{t("shuffle")}</span>
    </button>
  );
}
