import type { RowError } from "../api/resources.ts";
import { number } from "../format/number.ts";
import { en, type MessageKey } from "../messages/en.ts";
import { t } from "../messages/t.ts";

/** More of them the server does not tell; the file of rejected rows has them all. */
const SENT_MAX = 200;

/** What is wrong with which row, in the file's own numbers and names. */
export function RowErrors({ errors }: { errors: readonly RowError[] }) {
  if (errors.length === 0) return null;
  return (
    <section aria-labelledby="row-errors">
      <div class="section-head">
        <h2 id="row-errors">{t("import.errors")}</h2>
        {errors.length < SENT_MAX ? null : (
          <span class="faint small">{t("import.errors-first", { n: errors.length })}</span>
        )}
      </div>
      <table class="table">
        <thead>
          <tr>
            <th scope="col" class="number">
              {t("import.row")}
            </th>
            <th scope="col">{t("import.column")}</th>
            <th scope="col">{t("import.mistake")}</th>
          </tr>
        </thead>
        <tbody>
          {errors.map((error) => (
            <tr key={`${error.row} ${error.column} ${error.code}`}>
              <td class="number">{number(error.row)}</td>
              <td>{error.column ?? <span class="faint">—</span>}</td>
              <td>
                {mistakeText(error)} <span class="faint small">{error.detail}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Our own words for mistakes we know; the server's say what it got. */
function mistakeText({ code }: RowError): string {
  const key = `row-error.${code}`;
  return key in en ? t(key as MessageKey) : code;
}
