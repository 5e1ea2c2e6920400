import { get } from "../api/get.ts";
import type { Account, Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { Avatar } from "../parts/avatar.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { useFeed } from "../store/use-feed.ts";

type Row = Account & { readonly id: string };

/** Everybody's balance, for accountants and admins. */
export function AccountsPage() {
  const accounts = usePages<Row>("accounts", async (cursor, signal) => {
    const page = await get<Page<Account>>("/accounts", { limit: 200, cursor }, signal);
    return { ...page, items: page.items.map((account) => ({ ...account, id: account.userId })) };
  });
  useFeed("account", () => true, accounts.reload);
  return (
    <div class="page">
      <PageHead title={t("accounts")} note={t("accounts.note")} />
      <ProblemNote problem={accounts.problem} onRetry={accounts.reload} />
      {accounts.items.length === 0 && accounts.loading ? <Loading lines={8} /> : null}
      {accounts.items.length === 0 ? null : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("person")}</th>
              <th scope="col" class="number">
                {t("account.earned-today")}
              </th>
              <th scope="col" class="number">
                {t("account.balance")}
              </th>
            </tr>
          </thead>
          <tbody>
            {accounts.items.map((account) => (
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
      {accounts.hasMore ? <MoreButton loading={accounts.loading} onMore={accounts.more} /> : null}
    </div>
  );
}
