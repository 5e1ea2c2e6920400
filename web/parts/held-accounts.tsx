import { get } from "../api/get.ts";
import type { Account, Day } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { Amount } from "./amount.tsx";
import { Link } from "./link.tsx";

type HeldAccount = Day["heldAccounts"][number];

/** Each name is a question of its own; who holds more than this has other worries. */
const SHOWN_MAX = 50;

/** Whose payout waits, and why; what an admin can do about it is a link away. */
export function HeldAccounts({ accounts }: { accounts: readonly HeldAccount[] }) {
  if (accounts.length === 0) return null;
  return (
    <section class="note bad" aria-labelledby="held">
      <div>
        <h2 id="held">{t("day.held")}</h2>
        <p>{t("day.held-explained")}</p>
        <ul class="plain held-accounts">
          {accounts.slice(0, SHOWN_MAX).map((account) => (
            <HeldRow key={account.userId} account={account} />
          ))}
        </ul>
        {accounts.length > SHOWN_MAX ? <p>{t("day.held-more", { n: accounts.length - SHOWN_MAX })}</p> : null}
        <ul class="name-list">
          {accounts.some(({ reason }) => reason === "control_totals_differ") ? (
            <li>
              <Link href="/reconciliation">{t("day.held-differs")}</Link>
            </li>
          ) : null}
          {may.administer(session.me) && accounts.some(({ reason }) => reason === "mailbox_parked") ? (
            <li>
              <Link href="/operations?state=held">{t("day.held-mend")}</Link>
            </li>
          ) : null}
        </ul>
      </div>
    </section>
  );
}

function HeldRow({ account: { userId, reason } }: { account: HeldAccount }) {
  const { data } = useResource(`account ${userId}`, (signal) =>
    get<Account>(`/accounts/${userId}`, {}, signal),
  );
  return (
    <li>
      <Link href={`/accounts/${userId}`}>{data?.name ?? userId}</Link>
      {data === undefined ? null : (
        <>
          {" · "}
          <Amount minor={data.balanceMinor} tone />
        </>
      )}
      {` · ${reasonOf(reason)}`}
    </li>
  );
}

function reasonOf(code: string): string {
  if (code === "control_totals_differ" || code === "mailbox_parked") return t(`held.${code}`);
  return code;
}
