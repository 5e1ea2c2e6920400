import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Page } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Field } from "../parts/field.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";

const SCOPES = ["read", "tasks", "money", "people", "operations"] as const;
type Scope = (typeof SCOPES)[number];

interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: string;
}

/** Tokens for one's own programs. A new one is shown once, and is nowhere when the page is left. */
export function Tokens() {
  const tokens = useResource("tokens", (signal) => get<Page<ApiToken>>("/me/tokens", {}, signal));
  const items = tokens.data?.items ?? [];
  return (
    <section aria-labelledby="tokens">
      <div class="section-head">
        <h2 id="tokens">{t("tokens")}</h2>
        <p class="faint small">{t("tokens.note")}</p>
      </div>
      <ProblemNote problem={tokens.problem} onRetry={tokens.reload} />
      {items.length === 0 && !tokens.loading ? <p class="faint">{t("tokens.none")}</p> : null}
      <ul class="plain-list">
        {items.map((token) => (
          <TokenRow key={token.id} token={token} onRevoked={tokens.reload} />
        ))}
      </ul>
      <MakeToken onMade={tokens.reload} />
    </section>
  );
}

function TokenRow({ token, onRevoked }: { token: ApiToken; onRevoked: () => void }) {
  const { id, name, scopes, expiresAt } = token;
  const revoke = useAction(() =>
    sendCommand<void>("DELETE", `/me/tokens/${id}`).then(onRevoked).catch(toasts.problem),
  );
  return (
    <li class="list-line">
      <span class="spring">
        {name} <span class="faint small">{scopes.map((scope) => t(`tokens.scope.${scope}`)).join(", ")}</span>
      </span>
      <span class="faint small">{t("tokens.until", { date: date.moment(expiresAt) })}</span>
      <button
        type="button"
        class="button small"
        aria-label={t("tokens.revoke-named", { name })}
        disabled={revoke.busy}
        onClick={() => revoke.run()}
      >
        {t("tokens.revoke")}
      </button>
    </li>
  );
}

function MakeToken({ onMade }: { onMade: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["read"]);
  const [days, setDays] = useState(90);
  const [shown, setShown] = useState<string | undefined>(undefined);
  const make = useAction(async () => {
    const wish = { name: name.trim(), scopes, expiresInDays: days };
    setShown((await sendCommand<{ token: string }>("POST", "/me/tokens", wish)).token);
    setName("");
    onMade();
  });
  return (
    <form
      class="list-form"
      onSubmit={(event) => {
        event.preventDefault();
        void make.run();
      }}
    >
      <Field label={t("tokens.name")}>
        {(control) => (
          <input
            {...control}
            class="input"
            required
            maxLength={100}
            autocomplete="off"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <ScopeChoice scopes={scopes} onChange={setScopes} />
      <Field label={t("tokens.days")}>
        {(control) => (
          <input
            {...control}
            class="input"
            type="number"
            required
            min={1}
            max={366}
            value={days}
            onInput={(event) => setDays(event.currentTarget.valueAsNumber)}
          />
        )}
      </Field>
      <button type="submit" class="button" disabled={make.busy || scopes.length === 0}>
        {t("tokens.add")}
      </button>
      <ProblemNote problem={make.problem} />
      {shown === undefined ? null : (
        <p class="note" role="status">
          {t("tokens.shown")} <code class="secret">{shown}</code>
        </p>
      )}
    </form>
  );
}

interface ScopeProps {
  readonly scopes: readonly Scope[];
  readonly onChange: (scopes: readonly Scope[]) => void;
}

function ScopeChoice({ scopes, onChange }: ScopeProps) {
  return (
    <fieldset class="scopes">
      <legend>{t("tokens.scopes")}</legend>
      {SCOPES.map((scope) => (
        <label key={scope} class="wish">
          <input
            type="checkbox"
            checked={scopes.includes(scope)}
            onChange={(event) =>
              onChange(
                SCOPES.filter((one) => (one === scope ? event.currentTarget.checked : scopes.includes(one))),
              )
            }
          />
          <span>{t(`tokens.scope.${scope}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
