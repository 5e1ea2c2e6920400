import type { ComponentChildren } from "preact";
import { get } from "../api/get.ts";
import type { Reconciliation } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { Empty } from "../parts/empty.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";

/** Whether the board and the books tell the same, who is held where they do not, and the trial balance. */
export function ReconciliationPage() {
  const { data, problem, loading, reload } = useResource("reconciliation", (signal) =>
    get<Reconciliation>("/reconciliation", {}, signal),
  );
  return (
    <div class="page">
      <PageHead title={t("reconciliation")} note={t("reconciliation.note")} />
      <ProblemNote problem={problem} onRetry={reload} />
      {data === undefined && loading ? <Loading lines={6} /> : null}
      {data === undefined ? null : (
        <>
          <Differences found={data.differences} />
          <Held people={data.held} />
          <TrialBalance lines={data.trialBalance} />
        </>
      )}
    </div>
  );
}

function Section({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
      </div>
      <table class="table">{children}</table>
    </section>
  );
}

function Differences({ found }: { found: Reconciliation["differences"] }) {
  if (found.length === 0)
    return <Empty title={t("reconciliation.agrees")}>{t("reconciliation.agrees-why")}</Empty>;
  return (
    <Section id="differences" title={t("reconciliation.differences")}>
      <thead>
        <tr>
          <th scope="col">{t("date")}</th>
          <th scope="col">{t("person")}</th>
          <th scope="col">{t("entry")}</th>
          <th scope="col" class="number">
            {t("reconciliation.sent")}
          </th>
          <th scope="col" class="number">
            {t("reconciliation.posted")}
          </th>
        </tr>
      </thead>
      <tbody>
        {found.map((each) => (
          <tr key={`${each.businessDate} ${each.userId} ${each.taskId} ${each.kind}`}>
            <td>{date.business(each.businessDate, "row")}</td>
            <td>
              <Link href={`/accounts/${each.userId}`}>{each.name}</Link>
            </td>
            <td>
              <Link href={`/?task=${each.taskId}`}>{t(`entry.${each.kind}`)}</Link>
            </td>
            <td class="number">
              <Amount minor={each.sentMinor} />
            </td>
            <td class="number">
              <Amount minor={each.postedMinor} />
            </td>
          </tr>
        ))}
      </tbody>
    </Section>
  );
}

function Held({ people }: { people: Reconciliation["held"] }) {
  if (people.length === 0) return null;
  return (
    <Section id="held" title={t("reconciliation.held")}>
      <tbody>
        {people.map(({ userId, name, since, balanceMinor }) => (
          <tr key={userId}>
            <td>
              <Link href={`/accounts/${userId}`}>{name}</Link>
            </td>
            <td>{t("reconciliation.since", { date: date.business(since, "row") })}</td>
            <td class="number">
              <Amount minor={balanceMinor} tone />
            </td>
          </tr>
        ))}
      </tbody>
    </Section>
  );
}

function TrialBalance({ lines }: { lines: Reconciliation["trialBalance"] }) {
  const sum = lines.reduce((all, { balanceMinor }) => all + balanceMinor, 0);
  return (
    <Section id="trial-balance" title={t("reconciliation.trial-balance")}>
      <tbody>
        {lines.map(({ account, balanceMinor }) => (
          <tr key={account}>
            <td>{account === "people" ? t("reconciliation.people") : account}</td>
            <td class="number">
              <Amount minor={balanceMinor} />
            </td>
          </tr>
        ))}
        <tr>
          <td>
            <strong>{t("reconciliation.sum")}</strong>
          </td>
          <td class="number">
            <Amount minor={sum} />
          </td>
        </tr>
      </tbody>
    </Section>
  );
}
