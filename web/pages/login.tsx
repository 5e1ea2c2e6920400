import { useEffect, useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { Field } from "../parts/field.tsx";
import { LanguageSwitch } from "../parts/language-switch.tsx";
import { Mark } from "../parts/mark.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { session } from "../session.ts";
import { useAction } from "../store/use-action.ts";
import { OtherWays } from "./other-ways.tsx";

/** One log-in for every dashboard. */
export function LoginPage() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useAction(() => session.signIn(email.trim(), password));
  const title = `${t("login")} · aTES`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main class="login">
      <form
        class="login-box"
        onSubmit={(event) => {
          event.preventDefault();
          void enter.run();
        }}
      >
        <div class="login-brand">
          <Mark size={56} />
          <h1>aTES</h1>
          <p class="faint">{t("login.tagline")}</p>
        </div>
        <Field label={t("email")}>
          {(control) => (
            <input
              {...control}
              class="input"
              type="email"
              autocomplete="username"
              required
              value={email}
              onInput={(event) => setEmail(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={t("password")}>
          {(control) => (
            <input
              {...control}
              class="input"
              type="password"
              autocomplete="current-password"
              required
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          )}
        </Field>
        <ProblemNote problem={enter.problem} />
        <button type="submit" class="button primary big" disabled={enter.busy}>
          {t(enter.busy ? "login.entering" : "login.enter")}
        </button>
        <OtherWays email={email.trim()} />
      </form>
      <LanguageSwitch />
    </main>
  );
}
