import { Fragment } from "preact";
import type { ScheduleResource } from "../../schemas/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { date } from "../format/date.ts";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { useAction } from "../store/use-action.ts";
import { ProblemNote } from "./problem-note.tsx";

interface Props {
  readonly schedule: ScheduleResource;
  readonly onEdit: () => void;
  readonly onAsk: (deed: "run" | "remove") => void;
  readonly onChanged: () => void;
}

/** One schedule: what it does and when, and what one may do about it. */
export function ScheduleCard({ schedule, onEdit, onAsk, onChanged }: Props) {
  const { id, name, cron, catchUp, paused, dueTimes } = schedule;
  const pause = useAction(async () => {
    await sendCommand("PATCH", `/schedules/${id}`, { paused: !paused });
    onChanged();
  });
  const isMine = !may.release(session.me, schedule);
  return (
    <li class="letter">
      <div class="letter-head">
        {paused ? <span class="state receipt-pending">{t("schedules.paused")}</span> : null}
        <strong>{name}</strong>
        <span class="spring" />
        <span class="row">
          <Deed label="edit" name={name} onClick={onEdit} />
          {paused && isMine ? null : (
            <Deed
              label={paused ? "resume" : "pause"}
              name={name}
              busy={pause.busy}
              onClick={() => pause.run()}
            />
          )}
          {isMine ? null : <Deed label="run" name={name} onClick={() => onAsk("run")} />}
          <Deed label="remove" name={name} onClick={() => onAsk("remove")} />
        </span>
      </div>
      <p>{whatOf(schedule)}</p>
      {isMine ? <p class="waiting small">{t("schedules.second")}</p> : null}
      {paused ? null : (
        <p class="small">
          <span class="faint">{t("schedules.due")}</span>{" "}
          {dueTimes.map((at, index) => (
            <Fragment key={at}>
              {index === 0 ? "" : " · "}
              <span class="unbroken">{date.moment(at)}</span>
            </Fragment>
          ))}
        </p>
      )}
      <p class="faint small">
        <code>{cron}</code> · {t("schedules.catch-up")} {t(`schedules.catch-up.${catchUp}`)} ·{" "}
        <Last {...schedule} />
      </p>
      <ProblemNote problem={pause.problem} />
    </li>
  );
}

function Last({ lastFiredAt, timesFired }: Pick<ScheduleResource, "lastFiredAt" | "timesFired">) {
  const times = t("schedules.fired", { n: timesFired });
  return <>{lastFiredAt === null ? times : `${times}, ${t("schedules.last")} ${date.moment(lastFiredAt)}`}</>;
}

interface DeedProps {
  readonly label: "edit" | "pause" | "resume" | "run" | "remove";
  readonly name: string;
  readonly busy?: boolean;
  readonly onClick: () => void;
}

function Deed({ label, name, busy = false, onClick }: DeedProps) {
  const action = t(`schedules.${label}`);
  return (
    <button
      type="button"
      class={`button small ${label === "remove" ? "quiet danger-text" : ""}`}
      aria-label={`${action}: ${name}`}
      disabled={busy}
      onClick={onClick}
    >
      {action}
    </button>
  );
}

/** What a schedule does, in a line. */
export function whatOf({ work }: ScheduleResource): string {
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
