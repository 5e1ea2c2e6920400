import { useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { BankAccountForm } from "../parts/bank-account-form.tsx";
import { LanguageSwitch } from "../parts/language-switch.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ThemeSwitch } from "../parts/theme-switch.tsx";
import { Passkeys } from "../profile/passkeys.tsx";
import { PasswordForm } from "../profile/password.tsx";
import { Sessions } from "../profile/sessions.tsx";
import { Tokens } from "../profile/tokens.tsx";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";

/** Who one is here, and what one may choose for oneself: language, colours, mails. */
export function ProfilePage() {
  const { me } = session;
  const [round, setRound] = useState(0);
  return (
    <div class="page">
      <PageHead title={t("profile")} note={me.name} />
      <dl class="facts profile">
        <dt>{t("email")}</dt>
        <dd>{me.email}</dd>
        <dt>{t("role")}</dt>
        <dd>
          {t(`role.${me.role}`)} <span class="faint small">{t(`role.${me.role}.may`)}</span>
        </dd>
        <dt>{t("language")}</dt>
        <dd>
          <LanguageSwitch />
        </dd>
        <dt>{t("theme")}</dt>
        <dd>
          <ThemeSwitch />
        </dd>
        <dt>{t("profile.mails")}</dt>
        <dd>
          {WISHES.map((kind) => (
            <Wish key={kind} kind={kind} />
          ))}
        </dd>
      </dl>
      <section aria-labelledby="bank-account">
        <div class="section-head">
          <h2 id="bank-account">{t("bank-account")}</h2>
        </div>
        <BankAccountForm />
      </section>
      <Passkeys />
      <PasswordForm onChanged={() => setRound(round + 1)} />
      <Sessions round={round} />
      <Tokens />
    </div>
  );
}

/** What one may be mailed, and may do without (NOT-2). */
const WISHES = ["assigned", "receipt", "statement"] as const;

function Wish({ kind }: { kind: (typeof WISHES)[number] }) {
  const wants = session.me.notifications?.[kind] ?? true;
  const save = useAction(() =>
    session
      .change({ notifications: { [kind]: !wants } })
      .then(() => toasts.done(t("profile.saved")))
      .catch(toasts.problem),
  );
  return (
    <label class="wish">
      <input
        type="checkbox"
        checked={wants}
        disabled={save.busy}
        onChange={(event) => {
          // It shows what is kept, not what was asked for.
          event.currentTarget.checked = wants;
          void save.run();
        }}
      />
      <span>
        {t(`profile.${kind}`)}
        <span class="faint small"> {t(`profile.${kind}-note`)}</span>
      </span>
    </label>
  );
}
