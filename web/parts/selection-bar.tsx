import { useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { doWithAll } from "../store/bulk.ts";
import { selection } from "../store/selection.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Icon } from "./icon.tsx";

type Deed = "complete" | "cancel";

/** What can be done with all that is marked, and with how many of it. */
export function SelectionBar() {
  const [asking, setAsking] = useState<Deed | undefined>(undefined);
  const chosen = selection.tasks();
  if (chosen.length === 0) return null;
  const among = {
    complete: chosen.filter((task) => may.complete(session.me, task)),
    cancel: chosen.filter((task) => may.cancel(session.me, task)),
  };
  return (
    <section class="selection-bar" aria-label={t("selection")}>
      <strong class="figures">{t("selection.count", { n: chosen.length })}</strong>
      {(["complete", "cancel"] as const).map((deed) => (
        <button
          key={deed}
          type="button"
          class={`button small ${deed === "complete" ? "primary" : "danger-text"}`}
          disabled={among[deed].length === 0}
          onClick={() => setAsking(deed)}
        >
          <Icon name={deed === "complete" ? "check" : "close"} size={14} />
          {t(`bulk.${deed}`, { n: among[deed].length })}
        </button>
      ))}
      <button type="button" class="button quiet small" onClick={selection.clear}>
        {t("selection.clear")}
      </button>
      {asking === undefined ? null : (
        <ConfirmDialog
          title={t(`bulk.${asking}.title`, { n: among[asking].length })}
          action={t(`bulk.${asking}`, { n: among[asking].length })}
          danger={asking === "cancel"}
          onClose={() => setAsking(undefined)}
          onConfirm={() => doWithAll(asking, among[asking])}
        >
          <p>{t(`bulk.${asking}.explained`)}</p>
          {among[asking].length < chosen.length ? (
            <p class="note">{t("bulk.left-out", { n: chosen.length - among[asking].length })}</p>
          ) : null}
        </ConfirmDialog>
      )}
    </section>
  );
}
