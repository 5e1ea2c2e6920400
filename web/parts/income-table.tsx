import type { Income } from "../api/resources.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "./amount.tsx";

interface Props {
  readonly items: readonly Income[];
  readonly total?: Omit<Income, "businessDate">;
}

/** What the company took and gave, day by day, newest first. */
export function IncomeTable({ items, total }: Props) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t("date")}</th>
          <th scope="col" class="number wide-only">
            {t("fees")}
          </th>
          <th scope="col" class="number wide-only">
            {t("rewards")}
          </th>
          <th scope="col" class="number">
            {t("income")}
          </th>
        </tr>
      </thead>
      <tbody>
        {newestFirst(items).map((item) => (
          <tr key={item.businessDate}>
            <td>{date.business(item.businessDate, "row")}</td>
            <Figures income={item} />
          </tr>
        ))}
      </tbody>
      {total === undefined ? null : (
        <tfoot>
          <tr>
            <th scope="row">{t("total")}</th>
            <Figures income={total} />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Figures({ income }: { income: Omit<Income, "businessDate"> }) {
  return (
    <>
      <td class="number wide-only">
        <Amount minor={income.feesMinor} />
      </td>
      <td class="number wide-only">
        <Amount minor={income.rewardsMinor} />
      </td>
      <td class="number">
        <Amount minor={income.incomeMinor} tone />
      </td>
    </>
  );
}

function newestFirst(items: readonly Income[]): readonly Income[] {
  return [...items].sort((a, b) => b.businessDate.localeCompare(a.businessDate));
}
