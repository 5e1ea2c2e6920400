import type { Entry } from "../api/resources.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { balanceBefore } from "../rules/balance-makeup.ts";
import { Amount } from "./amount.tsx";
import { EntryOrigin } from "./entry-origin.tsx";
import { EntryPayout } from "./entry-payout.tsx";
import { Link } from "./link.tsx";
import { Trace } from "./trace.tsx";

/** One entry: what it did to the balance, why the rules wanted it, and what it came from. */
export function EntryStep({ entry, userId }: { entry: Entry; userId: string }) {
  return (
    <section class="entry-step" aria-label={t("why.entry", { number: entry.number })}>
      <p class="equation figures">
        <Amount minor={balanceBefore(entry)} />
        <Amount minor={entry.amountMinor} signed tone />
        <span aria-hidden="true">=</span>
        <Amount minor={entry.balanceAfterMinor} />
      </p>
      <p>
        <span class={`kind ${entry.kind}`}>{t(`entry.${entry.kind}`)}</span>{" "}
        {entry.taskNumber === null ? null : <span class="faint figures">#{entry.taskNumber} </span>}
        {entry.jiraId === null ? null : <span class="jira">{entry.jiraId} </span>}
        {entry.taskId === null ? (
          entry.title
        ) : (
          <Link href={`/?task=${entry.taskId}`}>{entry.title ?? t("task")}</Link>
        )}
      </p>
      <p class="faint">{t(`why.rule.${entry.kind}`)}</p>
      <dl class="facts">
        <dt>{t("why.number")}</dt>
        <dd class="figures">{entry.number}</dd>
        <dt>{t("why.business-date")}</dt>
        <dd>{date.business(entry.businessDate)}</dd>
        <dt>{t("time")}</dt>
        <dd>{date.moment(entry.occurredAt)}</dd>
        <dt>{t("trace")}</dt>
        <dd>
          <Trace id={entry.traceId} />
        </dd>
      </dl>
      {entry.taskId === null ? null : <EntryOrigin taskId={entry.taskId} traceId={entry.traceId} />}
      {entry.kind === "payout" ? <EntryPayout userId={userId} businessDate={entry.businessDate} /> : null}
    </section>
  );
}
