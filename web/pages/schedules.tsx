import { useState } from "preact/hooks";
import type { ScheduleResource } from "../../schemas/resources.ts";
import { get } from "../api/get.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { ScheduleCard, whatOf } from "../parts/schedule-card.tsx";
import { ScheduleDialog } from "../parts/schedule-dialog.tsx";
import { company } from "../store/company.ts";
import { toasts } from "../store/toasts.ts";

type Asked = { readonly deed: "run" | "remove"; readonly schedule: ScheduleResource };

/** What happens by itself and when, for admins (JOB-1). */
export function SchedulesPage() {
  const all = useResource("schedules", (signal) =>
    get<{ items: readonly ScheduleResource[] }>("/schedules", { limit: 200 }, signal),
  );
  const [written, setWritten] = useState<ScheduleResource | "new" | undefined>(undefined);
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  const { timeZone: zone, cutOff } = company.value;
  const items = all.data?.items ?? [];
  return (
    <div class="page">
      <PageHead title={t("schedules")} note={t("schedules.note", { zone, cutOff })}>
        <button type="button" class="button primary" onClick={() => setWritten("new")}>
          <Icon name="plus" />
          {t("schedules.add")}
        </button>
      </PageHead>
      <ProblemNote problem={all.problem} onRetry={all.reload} />
      {all.data === undefined && all.loading ? <Loading lines={4} /> : null}
      {all.data !== undefined && items.length === 0 ? <p class="faint">{t("schedules.none")}</p> : null}
      <ul class="letters">
        {items.map((schedule) => (
          <ScheduleCard
            key={schedule.id}
            schedule={schedule}
            onEdit={() => setWritten(schedule)}
            onAsk={(deed) => setAsked({ deed, schedule })}
            onChanged={all.reload}
          />
        ))}
      </ul>
      {written === undefined ? null : (
        <ScheduleDialog
          schedule={written === "new" ? undefined : written}
          onClose={() => setWritten(undefined)}
          onSaved={all.reload}
        />
      )}
      {asked === undefined ? null : (
        <DeedDialog {...asked} onClose={() => setAsked(undefined)} onDone={all.reload} />
      )}
    </div>
  );
}

interface DeedDialogProps extends Asked {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function DeedDialog({ deed, schedule, onClose, onDone }: DeedDialogProps) {
  const { id, name } = schedule;
  const perform = async () => {
    if (deed === "remove") await sendCommand("DELETE", `/schedules/${id}`);
    else {
      await sendCommand("POST", `/schedules/${id}/run`);
      toasts.done(t("schedules.ran", { name }));
    }
    onDone();
  };
  return (
    <ConfirmDialog
      title={name}
      action={t(`schedules.${deed}`)}
      danger={deed === "remove"}
      onClose={onClose}
      onConfirm={perform}
    >
      <p>{deed === "remove" ? t("schedules.remove-asked", { name }) : t("schedules.run-asked")}</p>
      <p class="faint">{whatOf(schedule)}</p>
    </ConfirmDialog>
  );
}
