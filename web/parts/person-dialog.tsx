import { useState } from "preact/hooks";
import type { Problem } from "../api/problem.ts";
import { ROLES, type Role, type User } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { fieldProblem } from "./field-problem.ts";
import { ProblemNote } from "./problem-note.tsx";

interface Draft {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

const FIELDS: readonly (keyof Draft)[] = ["email", "name", "role", "password"];

interface Props {
  readonly person: User | undefined;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** A new person, or another role or name, or no longer (and again) active. */
export function PersonDialog({ person, onClose, onSaved }: Props) {
  const [draft, setDraft] = useState<Draft>({
    email: person?.email ?? "",
    name: person?.name ?? "",
    role: person?.role ?? "employee",
    password: "",
  });
  const save = useAction(async (active?: boolean) => {
    if (person === undefined) await register(draft);
    else await change(person, active === undefined ? changed(person, draft) : { active });
    toasts.done(t("people.saved", { name: draft.name }));
    onSaved();
    onClose();
  });
  return (
    <Dialog title={person === undefined ? t("people.add") : person.name} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <div class="dialog-body">
          <PersonFields
            isNew={person === undefined}
            draft={draft}
            problem={save.problem}
            onChange={setDraft}
          />
          <p class="note">{t("people.effect")}</p>
          {FIELDS.some((field) => fieldProblem(save.problem, field)) ? null : (
            <ProblemNote problem={save.problem} />
          )}
        </div>
        <footer class="dialog-foot">
          {person === undefined || person.id === session.me.id ? null : (
            <ActiveButton active={person.active} busy={save.busy} onChange={save.run} />
          )}
          <span class="spring" />
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

interface ActiveProps {
  readonly active: boolean;
  readonly busy: boolean;
  readonly onChange: (active: boolean) => void;
}

function ActiveButton({ active, busy, onChange }: ActiveProps) {
  return (
    <button
      type="button"
      class={`button quiet ${active ? "danger-text" : ""}`}
      disabled={busy}
      onClick={() => onChange(!active)}
    >
      {t(active ? "people.disable" : "people.enable")}
    </button>
  );
}

interface FieldsProps {
  readonly isNew: boolean;
  readonly draft: Draft;
  readonly problem: Problem | undefined;
  readonly onChange: (draft: Draft) => void;
}

function PersonFields({ isNew, draft, problem, onChange }: FieldsProps) {
  const text = (field: "name" | "email" | "password") => ({
    class: "input",
    value: draft[field],
    onInput: (event: { currentTarget: { value: string } }) =>
      onChange({ ...draft, [field]: event.currentTarget.value }),
  });
  return (
    <>
      <Field label={t("name")} problem={fieldProblem(problem, "name")}>
        {(control) => <input {...control} {...text("name")} type="text" required autocomplete="off" />}
      </Field>
      {isNew ? (
        <Field label={t("email")} problem={fieldProblem(problem, "email")}>
          {(control) => <input {...control} {...text("email")} type="email" required autocomplete="off" />}
        </Field>
      ) : null}
      <Field label={t("role")} problem={fieldProblem(problem, "role")} hint={t(`role.${draft.role}.may`)}>
        {(control) => (
          <select
            {...control}
            class="input"
            value={draft.role}
            onChange={(event) => onChange({ ...draft, role: event.currentTarget.value as Role })}
          >
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {isNew ? (
        <Field
          label={t("password")}
          problem={fieldProblem(problem, "password", t("people.password-problem"))}
          hint={t("people.password-hint")}
        >
          {(control) => (
            <input {...control} {...text("password")} type="password" autocomplete="new-password" />
          )}
        </Field>
      ) : null}
    </>
  );
}

/** Who is given no password is mailed a link to choose one. */
async function register(draft: Draft): Promise<void> {
  const person = await sendCommand<User | undefined>("POST", "/users", newPerson(draft));
  if (draft.password === "" && person?.id !== undefined)
    await sendCommand("POST", `/users/${person.id}/invitation`);
}

function newPerson(draft: Draft): Partial<Draft> {
  const { email, name, role, password } = draft;
  return password === "" ? { email, name, role } : { email, name, role, password };
}

async function change(person: User, changes: Partial<Draft> & { readonly active?: boolean }): Promise<void> {
  if (Object.keys(changes).length > 0) await sendCommand("PATCH", `/users/${person.id}`, changes);
}

function changed(person: User, draft: Draft): Partial<Draft> {
  return {
    ...(draft.name === person.name ? {} : { name: draft.name }),
    ...(draft.role === person.role ? {} : { role: draft.role }),
  };
}
