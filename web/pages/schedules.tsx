import { useState } from "preact/hooks";
import type { ScheduleResource } from "../../schemas/resources.ts";
import { get } from "../api/get.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { ScheduleDialog } from "../parts/schedule-dialog.tsx";
import { company } from "../store/company.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";

type Asked = { readonly deed: "run" | "remove"; readonly schedule: ScheduleResource };

/** What happens by itself and when, for admins (JOB-1). */
export function SchedulesPage() {
  const all = useResource("schedules", (signal) =>
    get<{ items: readonly ScheduleResource[] }>("/schedules", { limit: 200 }, signal),
  );
  const [isNew, setNew] = useState(false);
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  const { timeZone: zone, cutOff } = company.value;
  const items = all.data?.items ?? [];
  return (
    <div class="page">
      <PageHead title={t("schedules")} note={t("schedules.note", { zone, cutOff })}>
        <button type="button" class="button primary" onClick={() => setNew(true)}>
          <Icon name="plus" />
          {t("schedules.add")}
        </button>
      </PageHead>
      <ProblemNote problem={all.problem} onRetry={all.reload} />
      {all.data === undefined && all.loading ? <Loading lines={4} /> : null}
      {all.data !== undefined && items.length === 0 ? <p class="faint">{t("schedules.none")}</p> : null}
      {items.length === 0 ? null : <SchedulesTable items={items} onAsk={setAsked} onChanged={all.reload} />}
      {isNew ? <ScheduleDialog onClose={() => setNew(false)} onSaved={all.reload} /> : null}
      {asked === undefined ? null : (
        <DeedDialog {...asked} onClose={() => setAsked(undefined)} onDone={all.reload} />
      )}
    </div>
  );
}

interface TableProps {
  readonly items: readonly ScheduleResource[];
  readonly onAsk: (asked: Asked) => void;
  readonly onChanged: () => void;
}

function SchedulesTable({ items, onAsk, onChanged }: TableProps) {
  return (
    <table class="table folding">
      <thead>
        <tr>
          <th scope="col">{t("schedules.name")}</th>
          <th scope="col">{t("schedules.due")}</th>
          <th scope="col" class="wide-only">
            {t("schedules.last")}
          </th>
          <th scope="col">
            <span class="only-read">{t("actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((schedule) => (
          <ScheduleRow key={schedule.id} schedule={schedule} onAsk={onAsk} onChanged={onChanged} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Omit<TableProps, "items"> {
  readonly schedule: ScheduleResource;
}

function ScheduleRow({ schedule, onAsk, onChanged }: RowProps) {
  const { id, name, cron, catchUp, paused, dueTimes, lastFiredAt, timesFired } = schedule;
  const pause = useAction(async () => {
    await sendCommand("PATCH", `/schedules/${id}`, { paused: !paused });
    onChanged();
  });
  return (
    <tr class={paused ? "disabled" : ""}>
      <td>
        <strong>{name}</strong>
        <div class="faint small">{whatOf(schedule)}</div>
        <div class="faint small">
          <code>{cron}</code> · {t("schedules.catch-up")} {t(`schedules.catch-up.${catchUp}`)}
        </div>
        <ProblemNote problem={pause.problem} />
      </td>
      <td>
        {paused ? <span class="state held">{t("schedules.paused")}</span> : null}
        {dueTimes.map((at) => (
          <div key={at}>
            <time dateTime={at}>{date.moment(at)}</time>
          </div>
        ))}
      </td>
      <td class="wide-only">
        {lastFiredAt === null ? null : <time dateTime={lastFiredAt}>{date.moment(lastFiredAt)}</time>}
        <div class="faint small">{t("schedules.fired", { n: timesFired })}</div>
      </td>
      <td>
        <div class="row">
          <Deed
            label={paused ? "resume" : "pause"}
            name={name}
            busy={pause.busy}
            onClick={() => pause.run()}
          />
          <Deed label="run" name={name} onClick={() => onAsk({ deed: "run", schedule })} />
          <Deed label="remove" name={name} onClick={() => onAsk({ deed: "remove", schedule })} />
        </div>
      </td>
    </tr>
  );
}

interface DeedProps {
  readonly label: "pause" | "resume" | "run" | "remove";
  readonly name: string;
  readonly busy?: boolean;
  readonly onClick: () => void;
}

function Deed({ label, name, busy = false, onClick }: DeedProps) {
  const action = t(`schedules.${label}`);
  return (
    <button
      type="button"
      class="button small"
      aria-label={`${action}: ${name}`}
      disabled={busy}
      onClick={onClick}
    >
      {action}
    </button>
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

function whatOf({ work }: ScheduleResource): string {
  switch (work.kind) {
    case "task":
      return work.jiraId === undefined ? work.title : `${work.jiraId} ${work.title}`;
    case "bonus":
      return `${t("schedules.bonus-of", { amount: money(work.amountMinor), reason: work.reason })} (${work.roles
        .map((role) => t(`role.${role}`))
        .join(", ")})`;
    case "statement":
      return t("schedules.what.statement");
  }
}
