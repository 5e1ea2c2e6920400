import { get } from "../api/get.ts";
import type { BankAccount } from "../api/payout-resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";

/** Where a person's payouts go, for those who pay them: enough of the number to know it again. */
export function PayoutsGoTo({ userId }: { userId: string }) {
  const { data } = useResource(`bank account ${userId}`, (signal) =>
    get<BankAccount>(`/accounts/${userId}/bank-account`, {}, signal),
  );
  if (data === undefined) return null;
  if (data.iban === null) return <p class="note">{t("bank-account.unknown")}</p>;
  return (
    <p class="faint small">
      {t("bank-account.known", { iban: masked(data.iban), holder: data.holder ?? "" })}
    </p>
  );
}

/** Its country and its end. */
function masked(iban: string): string {
  return `${iban.slice(0, 2)}•• •••• ${iban.slice(-4)}`;
}
