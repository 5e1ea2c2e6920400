import { useState } from "preact/hooks";
import type { CatchUp, ScheduledWork } from "../../schemas/resources.ts";
import { get } from "../api/get.ts";
import type { Problem } from "../api/problem.ts";
import { ROLES, type Role } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { minorOf } from "../format/minor-of.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { ProblemNote } from "./problem-note.tsx";

type Kind = ScheduledWork["kind"];

interface Draft {
  readonly name: string;
  readonly cron: string;
  readonly catchUp: CatchUp;
  readonly kind: Kind;
  readonly title: string;
  readonly amount: string;
  readonly reason: string;
  readonly role: Role;
}

type Change = (changes: Partial<Draft>) => void;

const KINDS: readonly Kind[] = ["task", "bonus", "statement"];
const POLICIES: readonly CatchUp[] = ["skip", "one", "all"];
const EMPTY: Draft = {
  name: "",
  cron: "0 9 * * MON",
  catchUp: "one",
  kind: "task",
  title: "",
  amount: "",
  reason: "",
  role: "employee",
};

/** A new schedule; what its pattern means is shown while it is written. */
export function ScheduleDialog({ onClose, onSaved }: { onClose: () => void; onSaved: () => void }) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const change: Change = (changes) => setDraft({ ...draft, ...changes });
  const save = useAction(async () => {
    const { name, cron, catchUp } = draft;
    await sendCommand("POST", "/schedules", { name, cron, catchUp, work: workOf(draft) });
    toasts.done(t("schedules.saved", { name }));
    onSaved();
    onClose();
  });
  return (
    <Dialog title={t("schedules.add")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <div class="dialog-body">
          <TextField label={t("schedules.name")} value={draft.name} onInput={(name) => change({ name })} />
          <WhenField draft={draft} onChange={change} />
          <ChoiceField
            label={t("schedules.catch-up")}
            values={POLICIES}
            value={draft.catchUp}
            wordsOf={(value) => t(`schedules.catch-up.${value}`)}
            onChoose={(catchUp) => change({ catchUp })}
          />
          <ChoiceField
            label={t("schedules.what")}
            values={KINDS}
            value={draft.kind}
            wordsOf={(value) => t(`schedules.what.${value}`)}
            onChoose={(kind) => change({ kind })}
          />
          <WorkFields draft={draft} onChange={change} />
          <ProblemNote problem={save.problem} />
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={save.busy}>
            {t("save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly onChange: Change;
}

/** The server says what the pattern means, by the company's clock, or what is wrong with it. */
function WhenField({ draft: { cron }, onChange }: PartProps) {
  const times = useResource(`due-times ${cron}`, (signal) =>
    get<{ items: readonly string[] }>("/schedules/due-times", { cron }, signal),
  );
  const due = times.data?.items.map((at) => date.moment(at)).join(" · ");
  return (
    <Field
      label={t("schedules.when")}
      hint={due ?? t("schedules.when-hint")}
      problem={wrongPattern(times.problem)}
    >
      {(control) => (
        <input
          {...control}
          class="input"
          type="text"
          required
          autocomplete="off"
          value={cron}
          onInput={(event) => onChange({ cron: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}

function wrongPattern(problem: Problem | undefined): string | undefined {
  return problem?.status === 400 ? t("schedules.when-hint") : undefined;
}

function WorkFields({ draft, onChange }: PartProps) {
  switch (draft.kind) {
    case "task":
      return (
        <TextField label={t("task.title")} value={draft.title} onInput={(title) => onChange({ title })} />
      );
    case "bonus":
      return (
        <>
          <TextField
            label={t("schedules.amount")}
            value={draft.amount}
            onInput={(amount) => onChange({ amount })}
          />
          <TextField
            label={t("schedules.reason")}
            value={draft.reason}
            onInput={(reason) => onChange({ reason })}
          />
          <ChoiceField
            label={t("role")}
            values={ROLES}
            value={draft.role}
            wordsOf={(value) => t(`role.${value}`)}
            onChoose={(role) => onChange({ role })}
          />
          <p class="note">{t("schedules.four-eyes")}</p>
        </>
      );
    case "statement":
      return null;
  }
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (typed: string) => void;
}

function TextField({ label, value, onInput }: TextProps) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="text"
          required
          autocomplete="off"
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly value: T;
  readonly wordsOf: (value: T) => string;
  readonly onChoose: (value: T) => void;
}

function ChoiceField<T extends string>({ label, values, value, wordsOf, onChoose }: ChoiceProps<T>) {
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          class="input"
          value={value}
          onChange={(event) => onChoose(event.currentTarget.value as T)}
        >
          {values.map((each) => (
            <option key={each} value={each}>
              {wordsOf(each)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** An amount that is none is sent as zero: the server says what it expects. */
function workOf(draft: Draft): object {
  const { kind, title, amount, reason, role } = draft;
  switch (kind) {
    case "task":
      return { kind, title };
    case "bonus":
      return { kind, amountMinor: minorOf(amount) ?? 0, reason, roles: [role] };
    case "statement":
      return { kind };
  }
}
