import type { Entry } from "../api/resources.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { balanceMakeup } from "../rules/balance-makeup.ts";
import { Amount } from "./amount.tsx";

/** The sum behind a balance: what was carried, then each kind of entry since it was last zero. */
export function BalanceMakeup({ entries }: { entries: readonly Entry[] }) {
  const makeup = balanceMakeup(entries);
  if (makeup === undefined) return null;
  const { carriedMinor, parts, since } = makeup;
  return (
    <section class="makeup" aria-label={t("why.made-of")}>
      <p class="faint small">
        {t(carriedMinor === 0 ? "why.since-zero" : "why.since", { date: date.business(since.businessDate) })}
      </p>
      <dl class="sum">
        <Line label={t(carriedMinor === 0 ? "why.from-zero" : "why.carried")} minor={carriedMinor} />
        {parts.map(({ kind, count, sumMinor }) => (
          <Line key={kind} label={t(`why.of.${kind}`, { n: count })} minor={sumMinor} signed />
        ))}
        <Line label={t("account.balance")} minor={entries[0]?.balanceAfterMinor ?? 0} isTotal />
      </dl>
    </section>
  );
}

function Line(props: { label: string; minor: number; signed?: boolean; isTotal?: boolean }) {
  const { label, minor, signed = false, isTotal = false } = props;
  return (
    <div class={isTotal ? "total" : ""}>
      <dt>{label}</dt>
      <dd>
        <Amount minor={minor} signed={signed} tone={signed || isTotal} />
      </dd>
    </div>
  );
}
