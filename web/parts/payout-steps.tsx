import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { PayoutStory } from "../api/payout-resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { ProblemNote } from "./problem-note.tsx";

/** What was asked of the provider about a payout, and what it said; read when somebody wants to know. */
export function PayoutSteps({ payoutId }: { payoutId: string }) {
  const [open, setOpen] = useState(false);
  const read = useResource(open ? `payout ${payoutId}` : null, (signal) =>
    get<PayoutStory>(`/payouts/${payoutId}`, {}, signal),
  );
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="small">{t("payout.steps")}</summary>
      <ProblemNote problem={read.problem} onRetry={read.reload} />
      <ol class="small faint">
        {(read.data?.steps ?? []).map((step) => (
          <li key={`${step.at} ${step.what} ${step.attempt}`}>
            {date.moment(step.at)} {t(`payout.step.${step.what}`, { n: step.attempt ?? 0 })}
            {step.detail === null ? null : `: ${step.detail}`}
          </li>
        ))}
      </ol>
    </details>
  );
}
