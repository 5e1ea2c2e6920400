import { useEffect } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Account, Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { Avatar } from "../parts/avatar.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { SortHead } from "../parts/sort-head.tsx";
import { router } from "../router.ts";
import { useFeed } from "../store/use-feed.ts";

type Row = Account & { readonly id: string };

/** Everybody's balance, for accountants and admins. */
export function AccountsPage() {
  const accounts = usePages<Row>("accounts", async (cursor, signal) => {
    const page = await get<Page<Account>>("/accounts", { limit: 200, cursor }, signal);
    return { ...page, items: page.items.map((account) => ({ ...account, id: account.userId })) };
  });
  useFeed("account", () => true, accounts.reload);
  // All of them are read: the highest balance may be the last by name.
  useEffect(() => accounts.more(), [accounts.items.length]);
  const sort = router.query.value.get("sort") ?? "-balance";
  const q = router.query.value.get("q") ?? "";
  const found = accounts.items.filter(({ name }) => name.toLocaleLowerCase().includes(q.toLocaleLowerCase()));
  const sorted = inOrder(found, sort);
  return (
    <div class="page">
      <PageHead title={t("accounts")} note={t("accounts.note")} />
      <div class="toolbar">
        <SearchBox
          label={t("accounts.search")}
          value={q}
          onChange={(typed) => router.setQuery({ q: typed.trim() })}
        />
      </div>
      <ProblemNote problem={accounts.problem} onRetry={accounts.reload} />
      {accounts.items.length === 0 && accounts.loading ? <Loading lines={8} /> : null}
      {accounts.items.length === 0 ? null : (
        <table class="table">
          <thead>
            <tr>
              <SortHead by="name" label={t("person")} sort={sort} />
              <SortHead by="earned" label={t("account.earned-today")} sort={sort} isNumber />
              <SortHead by="balance" label={t("account.balance")} sort={sort} isNumber />
            </tr>
          </thead>
          <tbody>
            {sorted.map((account) => (
              <tr key={account.id}>
                <td>
                  <Link href={`/accounts/${account.userId}`} class="who">
                    <Avatar id={account.userId} name={account.name} />
                    {account.name}
                  </Link>
                </td>
                <td class="number">
                  <Amount minor={account.earnedTodayMinor} signed tone />
                </td>
                <td class="number">
                  <Amount minor={account.balanceMinor} tone />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function inOrder(accounts: readonly Row[], sort: string): readonly Row[] {
  const direction = sort.startsWith("-") ? -1 : 1;
  const compare = COMPARE[sort.replace(/^-/, "") as keyof typeof COMPARE] ?? COMPARE.balance;
  return [...accounts].sort((a, b) => direction * compare(a, b) || COMPARE.name(a, b));
}

const COMPARE = {
  name: (a: Row, b: Row) => a.name.localeCompare(b.name),
  earned: (a: Row, b: Row) => a.earnedTodayMinor - b.earnedTodayMinor,
  balance: (a: Row, b: Row) => a.balanceMinor - b.balanceMinor,
};
