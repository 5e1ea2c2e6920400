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

interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** The person's passkeys: to log in without a password. */
export function Passkeys() {
  const passkeys = useResource("passkeys", (signal) => get<Page<Passkey>>("/auth/passkeys", {}, signal));
  const items = passkeys.data?.items ?? [];
  return (
    <section aria-labelledby="passkeys">
      <div class="section-head">
        <h2 id="passkeys">{t("passkeys")}</h2>
        <p class="faint small">{t("passkeys.note")}</p>
      </div>
      <ProblemNote problem={passkeys.problem} onRetry={passkeys.reload} />
      {items.length === 0 && !passkeys.loading ? <p class="faint">{t("passkeys.none")}</p> : null}
      <ul class="plain-list">
        {items.map((passkey) => (
          <PasskeyRow key={passkey.id} passkey={passkey} onRemoved={passkeys.reload} />
        ))}
      </ul>
      {"PublicKeyCredential" in window ? <AddPasskey onAdded={passkeys.reload} /> : null}
    </section>
  );
}

function PasskeyRow({ passkey, onRemoved }: { passkey: Passkey; onRemoved: () => void }) {
  const { id, name, lastUsedAt } = passkey;
  const remove = useAction(() =>
    sendCommand<void>("DELETE", `/auth/passkeys/${id}`).then(onRemoved).catch(toasts.problem),
  );
  return (
    <li class="list-line">
      <span class="spring">{name}</span>
      <span class="faint small">{lastUsedAt === null ? t("passkeys.never") : date.moment(lastUsedAt)}</span>
      <button
        type="button"
        class="button small"
        aria-label={t("passkeys.remove-named", { name })}
        disabled={remove.busy}
        onClick={() => remove.run()}
      >
        {t("remove")}
      </button>
    </li>
  );
}

function AddPasskey({ onAdded }: { onAdded: () => void }) {
  const [name, setName] = useState("");
  const add = useAction(async () => {
    const { makePasskey } = await import("../passkey.ts");
    await makePasskey(name.trim());
    setName("");
    toasts.done(t("passkeys.added"));
    onAdded();
  });
  return (
    <form
      class="list-form"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run();
      }}
    >
      <Field label={t("passkeys.name")}>
        {(control) => (
          <input
            {...control}
            class="input"
            required
            maxLength={100}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" class="button" disabled={add.busy}>
        {t("passkeys.add")}
      </button>
      <ProblemNote problem={add.problem} />
    </form>
  );
}
