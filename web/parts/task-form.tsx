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

const FIELDS: readonly (keyof TaskDraft)[] = ["title", "jiraId", "description"];

interface Props {
  readonly draft: TaskDraft;
  readonly note: string;
  readonly submit: string;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly onType?: (draft: TaskDraft) => void;
  readonly onSubmit: (draft: TaskDraft) => void;
  readonly onClose: () => void;
}

/** The three things a person may say about a task. */
export function TaskForm({ draft, note, submit, busy, problem, onType, onSubmit, onClose }: Props) {
  const [typed, setTyped] = useState(draft);
  const known = FIELDS.some((field) => fieldProblem(problem, field) !== undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(typed);
      }}
    >
      <div class="dialog-body">
        <TaskFields
          typed={typed}
          problem={problem}
          onType={(draft) => {
            setTyped(draft);
            onType?.(draft);
          }}
        />
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

interface FieldsProps {
  readonly typed: TaskDraft;
  readonly problem: Problem | undefined;
  readonly onType: (draft: TaskDraft) => void;
}

/** In a dialog just opened, the first field is where the person wants to be. */
function TaskFields({ typed, problem, onType }: FieldsProps) {
  const text = (field: keyof TaskDraft) => ({
    class: "input",
    value: typed[field],
    onInput: (event: { currentTarget: { value: string } }) =>
      onType({ ...typed, [field]: event.currentTarget.value }),
  });
  const problemOf = (field: keyof TaskDraft, inWords?: string) => fieldProblem(problem, field, inWords);
  return (
    <>
      <Field
        label={t("task.title")}
        hint={t("task.title-hint")}
        problem={problemOf("title", t("task.title-problem"))}
      >
        {(control) => <input {...control} {...text("title")} required autofocus maxLength={300} />}
      </Field>
      <Field
        label={t("task.jira-id")}
        hint={t("task.jira-hint")}
        problem={problemOf("jiraId", t("task.jira-problem"))}
      >
        {(control) => <input {...control} {...text("jiraId")} maxLength={40} />}
      </Field>
      <Field label={t("task.description")} hint={t("optional")} problem={problemOf("description")}>
        {(control) => <textarea {...control} {...text("description")} rows={4} maxLength={20_000} />}
      </Field>
    </>
  );
}
