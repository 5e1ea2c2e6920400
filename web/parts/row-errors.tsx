import type { RowError } from "../api/resources.ts";
import { number } from "../format/number.ts";
import { en, type MessageKey } from "../messages/en.ts";
import { locale } from "../messages/locale.ts";
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
              <td class="column-name">{error.column ?? <span class="faint">—</span>}</td>
              <td>
                <Mistake error={error} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Our own words for mistakes we know. The server's say what it got, in English. */
function Mistake({ error: { code, detail } }: { error: RowError }) {
  const key = `row-error.${code}`;
  if (!(key in en)) return <>{detail}</>;
  const words = t(key as MessageKey);
  if (locale.value !== "en") return <>{words}</>;
  return (
    <>
      {words} <span class="faint small">{detail}</span>
    </>
  );
}
