import { useEffect, useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { BankAccount } from "../api/payout-resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Field } from "./field.tsx";
import { fieldProblem } from "./field-problem.ts";
import { ProblemNote } from "./problem-note.tsx";

const FIELDS = ["iban", "holder"] as const;

/** Where one's own payouts go. Nobody else can change it. */
export function BankAccountForm() {
  const { me } = session;
  const read = useResource(`bank account ${me.id}`, (signal) =>
    get<BankAccount>(`/accounts/${me.id}/bank-account`, {}, signal),
  );
  const [draft, setDraft] = useState({ iban: "", holder: me.name });
  useEffect(() => {
    const { iban, holder } = read.data ?? {};
    if (iban && holder) setDraft({ iban, holder });
  }, [read.data]);
  const save = useAction(async () => {
    await sendCommand("PATCH", "/me/bank-account", draft);
    toasts.done(t("profile.saved"));
  });
  const control = (name: "iban" | "holder") => ({
    class: "input",
    value: draft[name],
    onInput: (event: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [name]: event.currentTarget.value }),
  });
  return (
    <form
      class="stacked"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      {FIELDS.map((name) => (
        <Field
          key={name}
          label={t(`bank-account.${name}`)}
          hint={t(`bank-account.${name}-hint`)}
          problem={fieldProblem(save.problem, name)}
        >
          {(attributes) => (
            <input {...attributes} {...control(name)} type="text" required autocomplete="off" />
          )}
        </Field>
      ))}
      {FIELDS.some((name) => fieldProblem(save.problem, name)) ? null : (
        <ProblemNote problem={save.problem} />
      )}
      <button type="submit" class="button" disabled={save.busy}>
        {t("save")}
      </button>
    </form>
  );
}
