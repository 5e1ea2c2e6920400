import { useState } from "preact/hooks";
import type { Problem } from "../api/problem.ts";
import { t } from "../messages/t.ts";
import { Field } from "./field.tsx";
import { fieldProblem } from "./field-problem.ts";
import { ProblemNote } from "./problem-note.tsx";

export interface TaskDraft {
  readonly title: string;
  readonly jiraId: string;
  readonly description: string;
}

interface Props {
  readonly draft: TaskDraft;
  readonly note: string;
  readonly submit: string;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly onSubmit: (draft: TaskDraft) => void;
  readonly onClose: () => void;
}

/** The three things a person may say about a task. */
export function TaskForm({ draft, note, submit, busy, problem, onSubmit, onClose }: Props) {
  const [typed, setTyped] = useState(draft);
  const set = (field: keyof TaskDraft) => (event: { currentTarget: { value: string } }) =>
    setTyped({ ...typed, [field]: event.currentTarget.value });
  const known = ["title", "jiraId", "description"].some(
    (field) => fieldProblem(problem, field) !== undefined,
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(typed);
      }}
    >
      <div class="dialog-body">
        <Field
          label={t("task.title")}
          problem={fieldProblem(problem, "title", t("task.title-problem"))}
          hint={t("task.title-hint")}
        >
          {(control) => (
            // in a dialog just opened, the first field is where the person wants to be.
            <input
              {...control}
              class="input"
              required
              autofocus
              maxLength={300}
              value={typed.title}
              onInput={set("title")}
            />
          )}
        </Field>
        <Field
          label={t("task.jira-id")}
          problem={fieldProblem(problem, "jiraId", t("task.jira-problem"))}
          hint={t("task.jira-hint")}
        >
          {(control) => (
            <input {...control} class="input" maxLength={60} value={typed.jiraId} onInput={set("jiraId")} />
          )}
        </Field>
        <Field
          label={t("task.description")}
          problem={fieldProblem(problem, "description")}
          hint={t("optional")}
        >
          {(control) => (
            <textarea
              {...control}
              class="input"
              rows={4}
              value={typed.description}
              onInput={set("description")}
            />
          )}
        </Field>
        <p class="note">{note}</p>
        {known ? null : <ProblemNote problem={problem} />}
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("cancel")}
        </button>
        <button type="submit" class="button primary" disabled={busy}>
          {submit}
        </button>
      </footer>
    </form>
  );
}
