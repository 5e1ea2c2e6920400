import { get } from "../api/get.ts";
import type { Account, TasksSummary } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { BalanceAt } from "../parts/balance-at.tsx";
import { CorrectButton } from "../parts/correct-button.tsx";
import { DownloadButton } from "../parts/download-button.tsx";
import { EntriesLog } from "../parts/entries-log.tsx";
import { EntryFilters } from "../parts/entry-filters.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { PayoutsGoTo } from "../parts/payouts-go-to.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Stat } from "../parts/stat.tsx";
import { StatementForm } from "../parts/statement-form.tsx";
import { WhyBalance } from "../parts/why-balance.tsx";
import { router } from "../router.ts";
import { session } from "../session.ts";
import { entryFilterOf } from "../store/entry-filter.ts";
import { useFeed } from "../store/use-feed.ts";

/** One's own account; with a `userId`, somebody else's, for those who may see it. */
export function AccountPage({ userId }: { userId?: string }) {
  const id = userId ?? session.me.id;
  const own = id === session.me.id;
  const path = `/accounts/${own ? "me" : id}`;
  const account = useResource(`account ${id}`, (signal) => get<Account>(path, {}, signal));
  useFeed("account", (event) => event.userId === id, account.reload);
  const query = router.query.value;
  const filter = entryFilterOf(query);
  const why = query.get("why");
  const shown = account.data;
  return (
    <div class="page">
      <PageHead
        title={own ? t("account.mine") : (shown?.name ?? t("account"))}
        note={shown === undefined ? undefined : date.business(shown.businessDate)}
      >
        <StatementForm userId={id} />
        {shown === undefined ? null : <CorrectButton userId={id} name={shown.name} />}
      </PageHead>
      <ProblemNote problem={account.problem} onRetry={account.reload} />
      {shown === undefined && account.loading ? <Loading lines={2} /> : null}
      {shown === undefined ? null : (
        <>
          <dl class="stats">
            <Stat
              label={t("account.balance")}
              note={t(balanceNote(shown.balanceMinor))}
              action={<Link href={router.hrefWith({ why: "0" })}>{t("why")}</Link>}
            >
              <Amount minor={shown.balanceMinor} tone />
            </Stat>
            <Stat label={t("account.earned-today")} note={t("account.earned-today-note")}>
              <Amount minor={shown.earnedTodayMinor} signed tone />
            </Stat>
            {own ? <InSight /> : null}
          </dl>
          {own ? null : <PayoutsGoTo userId={id} />}
          <BalanceAt path={path} />
          <div class="section-head">
            <h2>{t("account.log")}</h2>
            <DownloadButton
              label={t("download.csv")}
              path={`/accounts/${id}/entries.csv`}
              query={{ ...filter }}
            />
          </div>
          <EntryFilters filter={filter} />
          <EntriesLog userId={id} filter={filter} />
          {why === null ? null : <WhyBalance userId={id} number={Number(why) || 0} />}
        </>
      )}
    </div>
  );
}

/** What completing everything one has would bring. */
function InSight() {
  const mine = useResource("my tasks", (signal) =>
    get<TasksSummary>("/tasks/summary", { assignee: "me" }, signal),
  );
  useFeed("task", () => true, mine.reload);
  if (mine.data === undefined) return null;
  const { open, "in-progress": inProgress } = mine.data;
  const n = open.count + inProgress.count;
  return (
    <Stat label={t("account.in-sight")} note={t("account.in-sight-note", { n })}>
      <Amount minor={open.rewardMinor + inProgress.rewardMinor} signed tone />
    </Stat>
  );
}

function balanceNote(balanceMinor: number) {
  if (balanceMinor < 0) return "account.debt-note";
  return balanceMinor > 0 ? "account.payout-note" : "account.zero-note";
}
