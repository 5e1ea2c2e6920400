import type { ImportPreview } from "../api/resources.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";

/** The file's first rows as the server reads them, and what would become of each. */
export function ImportSample({ preview }: { preview: ImportPreview }) {
  const { columns, mapping, sample } = preview;
  const taken = new Set(Object.values(mapping));
  if (sample.length === 0) return null;
  return (
    <div>
      <h2 id="sample">{t("import.sample")}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <section class="sideways" tabIndex={0} aria-labelledby="sample">
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="number">
                {t("import.row")}
              </th>
              <th scope="col">{t("import.outcome")}</th>
              {columns.map(({ position, name }) => (
                <th key={position} scope="col" class={taken.has(position) ? "taken" : ""}>
                  {name === "" ? `#${position}` : name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sample.map(({ row, cells, outcome }) => (
              <tr key={row}>
                <td class="number faint">{number(row)}</td>
                <td>
                  {outcome === null ? null : (
                    <span class={`state import-${outcome}`}>{t(`import.outcome.${outcome}`)}</span>
                  )}
                </td>
                {columns.map(({ position }) => (
                  <td key={position} class={taken.has(position) ? "" : "faint"}>
                    <span class="cell">{cells[position - 1] ?? ""}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
