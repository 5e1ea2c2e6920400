import { useState } from "preact/hooks";
import type { ScheduleResource } from "../../schemas/resources.ts";
import { get } from "../api/get.ts";
import type { Problem } from "../api/problem.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { ChoiceField } from "./choice-field.tsx";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { type ChangeDraft, type Draft, draftOf, EMPTY, KINDS, POLICIES, wordsOf } from "./schedule-draft.ts";
import { WorkFields } from "./schedule-work-fields.tsx";
import { TextField } from "./text-field.tsx";

interface Props {
  /** The one that is changed; undefined: a new one is made. */
  readonly schedule: ScheduleResource | undefined;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** A schedule, new or another way; what its pattern means is shown while it is written. */
export function ScheduleDialog({ schedule, onClose, onSaved }: Props) {
  const [draft, setDraft] = useState<Draft>(() => (schedule === undefined ? EMPTY : draftOf(schedule)));
  const change: ChangeDraft = (changes) => setDraft({ ...draft, ...changes });
  const save = useAction(async () => {
    if (schedule === undefined) await sendCommand("POST", "/schedules", wordsOf(draft));
    else await saveChanges(schedule, draft);
    toasts.done(t("schedules.saved", { name: draft.name }));
    onSaved();
    onClose();
  });
  return (
    <Dialog title={schedule?.name ?? t("schedules.add")} onClose={onClose}>
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
  readonly onChange: ChangeDraft;
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

/** What was changed, and nothing else: words of money have to be let go by somebody else again. */
async function saveChanges(schedule: ScheduleResource, draft: Draft): Promise<void> {
  const before: Record<string, unknown> = wordsOf(draftOf(schedule));
  const changes = Object.entries(wordsOf(draft)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  if (changes.length > 0)
    await sendCommand("PATCH", `/schedules/${schedule.id}`, Object.fromEntries(changes));
}
