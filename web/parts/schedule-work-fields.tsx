import { ROLES } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { Field } from "./field.tsx";
import type { ChangeDraft, Draft } from "./schedule-draft.ts";
import { TextField } from "./text-field.tsx";

interface Props {
  readonly draft: Draft;
  readonly onChange: ChangeDraft;
}

/** What a schedule does when it is due. */
export function WorkFields({ draft, onChange }: Props) {
  switch (draft.kind) {
    case "task":
      return <TaskFields draft={draft} onChange={onChange} />;
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
          <RolesField draft={draft} onChange={onChange} />
          <p class="note">{t("schedules.four-eyes")}</p>
        </>
      );
    case "statement":
      return null;
  }
}

function TaskFields({ draft, onChange }: Props) {
  const { title, jiraId, description } = draft;
  return (
    <>
      <TextField label={t("task.title")} value={title} onInput={(typed) => onChange({ title: typed })} />
      <TextField
        label={t("task.jira-id")}
        value={jiraId}
        isOptional
        onInput={(typed) => onChange({ jiraId: typed })}
      />
      <Field label={t("task.description")} hint={t("optional")}>
        {(control) => (
          <textarea
            {...control}
            class="input"
            rows={3}
            maxLength={20_000}
            value={description}
            onInput={(event) => onChange({ description: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

function RolesField({ draft: { roles }, onChange }: Props) {
  return (
    <fieldset class="scopes">
      <legend>{t("schedules.roles")}</legend>
      {ROLES.map((role) => (
        <label key={role} class="wish">
          <input
            type="checkbox"
            checked={roles.includes(role)}
            onChange={({ currentTarget: { checked } }) =>
              onChange({ roles: ROLES.filter((one) => (one === role ? checked : roles.includes(one))) })
            }
          />
          <span>{t(`role.${role}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
