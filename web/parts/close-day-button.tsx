import { useState } from "preact/hooks";
import type { BusinessDate } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Icon } from "./icon.tsx";

/** Closes a day by hand. The answer says that it has begun; the page follows the day. */
export function CloseDayButton({
  businessDate,
  onStarted,
}: {
  businessDate: BusinessDate;
  onStarted: () => void;
}) {
  const [asking, setAsking] = useState(false);
  async function closeDay(): Promise<void> {
    await sendCommand("POST", `/days/${businessDate}/close`);
    onStarted();
  }
  return (
    <>
      <button type="button" class="button primary" onClick={() => setAsking(true)}>
        <Icon name="lock" size={14} />
        {t("day.close")}
      </button>
      {asking ? (
        <ConfirmDialog
          title={t("day.close-title", { date: date.business(businessDate) })}
          action={t("day.close")}
          onClose={() => setAsking(false)}
          onConfirm={closeDay}
        >
          <p>{t("day.close-explained")}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
