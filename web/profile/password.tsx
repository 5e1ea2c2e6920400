import { useState } from "preact/hooks";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { Field } from "../parts/field.tsx";
import { fieldProblem } from "../parts/field-problem.ts";
import { ProblemNote } from "../parts/problem-note.tsx";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";

const EMPTY = { currentPassword: "", newPassword: "" };
type Name = keyof typeof EMPTY;

/** Another password for oneself. Whoever else is logged in as this person is not any more. */
export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const [draft, setDraft] = useState(EMPTY);
  const change = useAction(async () => {
    await sendCommand<void>("POST", "/me/password", draft);
    setDraft(EMPTY);
    toasts.done(t("password.changed"));
    onChanged();
  });
  const { problem } = change;
  const wrong = problem?.code === "invalid_credentials" ? t("password.wrong") : undefined;
  const weak = fieldProblem(problem, "newPassword", t("problem.weak_password"));
  const field = (name: Name, note: { readonly hint?: string; readonly problem: string | undefined }) => (
    <Field label={t(`password.${name}`)} {...note}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="password"
          autocomplete={name === "newPassword" ? "new-password" : "current-password"}
          required
          minLength={name === "newPassword" ? 8 : 1}
          value={draft[name]}
          onInput={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <section aria-labelledby="password">
      <div class="section-head">
        <h2 id="password">{t("password.own")}</h2>
        <p class="faint small">{t("password.note")}</p>
      </div>
      <form
        class="stacked"
        onSubmit={(event) => {
          event.preventDefault();
          void change.run();
        }}
      >
        {/* For who keeps passwords for people: whose it is. */}
        <input type="text" autocomplete="username" value={session.me.email} readOnly hidden />
        {field("currentPassword", { problem: wrong })}
        {field("newPassword", { hint: t("people.password-problem"), problem: weak })}
        {wrong === undefined && weak === undefined ? <ProblemNote problem={problem} /> : null}
        <button type="submit" class="button" disabled={change.busy}>
          {t("password.change")}
        </button>
      </form>
    </section>
  );
}
