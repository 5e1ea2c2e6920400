import { useEffect, useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { Field } from "../parts/field.tsx";
import { fieldProblem } from "../parts/field-problem.ts";
import { LanguageSwitch } from "../parts/language-switch.tsx";
import { Mark } from "../parts/mark.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { session } from "../session.ts";
import { useAction } from "../store/use-action.ts";

/** Chooses a password by a link that was mailed. The link is taken out of the address at once, and kept nowhere. */
export function NewPassword({ link }: { link: string }) {
  const title = `${t("link.title")} · aTES`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main class="login">
      <ByLink link={link} />
      <LanguageSwitch />
    </main>
  );
}

function ByLink({ link }: { link: string }) {
  const [password, setPassword] = useState("");
  const choose = useAction(() => session.signInByLink(link, password));
  const weak = fieldProblem(choose.problem, "password", t("problem.weak_password"));
  return (
    <form
      class="login-box"
      onSubmit={(event) => {
        event.preventDefault();
        void choose.run();
      }}
    >
      <div class="login-brand">
        <Mark size={56} />
        <h1>{t("link.title")}</h1>
      </div>
      <Field label={t("link.password")} hint={t("people.password-problem")} problem={weak}>
        {(control) => (
          <input
            {...control}
            class="input"
            type="password"
            autocomplete="new-password"
            required
            minLength={8}
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      {weak === undefined ? <ProblemNote problem={choose.problem} /> : null}
      <button type="submit" class="button primary big" disabled={choose.busy}>
        {t("link.choose")}
      </button>
      {/* Loads anew: the link is forgotten, and the door asks for another one. */}
      {choose.problem?.code === "link_over" ? <a href="/">{t("link.door")}</a> : null}
    </form>
  );
}
