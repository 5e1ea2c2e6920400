import { useState } from "preact/hooks";
import { sendCommand } from "../api/send-command.ts";
import { minorOf } from "../format/minor-of.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { ProblemNote } from "./problem-note.tsx";

const KINDS = ["bonus", "credit", "debit"] as const;
type Kind = (typeof KINDS)[number];

interface Props {
  readonly userId: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Proposes a correction or a bonus; it needs a reason, and somebody else who approves it. */
export function CorrectionDialog({ userId, name, onClose }: Props) {
  const [kind, setKind] = useState<Kind>("bonus");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const amount = minorOf(typed) ?? 0;
  const propose = useAction(async () => {
    const amountMinor = kind === "debit" ? -amount : amount;
    const what = kind === "bonus" ? "bonus" : "correction";
    await sendCommand("POST", `/accounts/${userId}/corrections`, { kind: what, amountMinor, reason });
    toasts.done(t("correction.proposed-toast"));
    onClose();
  });
  return (
    <Dialog title={t("correction.title", { name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void propose.run();
        }}
      >
        <div class="dialog-body">
          <p>{t("correction.explained")}</p>
          <KindField kind={kind} onChange={setKind} />
          <AmountField typed={typed} isWrong={typed !== "" && amount === 0} onType={setTyped} />
          <ReasonField reason={reason} onType={setReason} />
          <ProblemNote problem={propose.problem} />
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button
            type="submit"
            class="button primary"
            disabled={propose.busy || amount === 0 || reason.trim() === ""}
          >
            {t("correction.propose")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface AmountProps {
  readonly typed: string;
  readonly isWrong: boolean;
  readonly onType: (typed: string) => void;
}

function AmountField({ typed, isWrong, onType }: AmountProps) {
  return (
    <Field label={t("amount")} problem={isWrong ? t("correction.amount-problem") : undefined}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="text"
          inputMode="decimal"
          required
          value={typed}
          onInput={(event) => onType(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function KindField({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  return (
    <Field label={t("correction.kind")}>
      {(control) => (
        <select
          {...control}
          class="input"
          value={kind}
          onChange={(event) => onChange(event.currentTarget.value as Kind)}
        >
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {t(`correction.kind.${each}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function ReasonField({ reason, onType }: { reason: string; onType: (reason: string) => void }) {
  return (
    <Field label={t("correction.reason")}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="text"
          required
          maxLength={500}
          value={reason}
          onInput={(event) => onType(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
