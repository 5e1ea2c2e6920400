import { t } from "../messages/t.ts";

/** How far a long work is; without a total it only says that it goes on. */
export function Progress({ label, done, total }: { label: string; done: number; total: number | null }) {
  const known = total !== null && total > 0;
  return (
    <div class="progress">
      <progress aria-label={label} max={known ? total : undefined} value={known ? done : undefined} />
      <span class="small faint figures">
        {known ? t("progress.of", { done, total }) : t("progress.starting")}
      </span>
    </div>
  );
}
