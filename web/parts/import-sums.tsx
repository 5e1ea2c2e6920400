import type { ImportResult } from "../api/resources.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";
import { Stat } from "./stat.tsx";

interface Props {
  readonly heading: string;
  readonly result: ImportResult;
  readonly rows: number | null;
}

/** How many rows become tasks, are there already, are not taken. */
export function ImportSums({ heading, result, rows }: Props) {
  return (
    <section aria-label={heading}>
      <dl class="stats">
        {rows === null ? null : <Stat label={t("import.rows")}>{number(rows)}</Stat>}
        <Stat label={t("import.outcome.created")}>{number(result.created)}</Stat>
        <Stat label={t("import.outcome.unchanged")} note={t("import.unchanged-note")}>
          {number(result.unchanged)}
        </Stat>
        <Stat label={t("import.outcome.rejected")} note={t("import.rejected-note")}>
          <span class={result.rejected > 0 ? "loss" : ""}>{number(result.rejected)}</span>
        </Stat>
      </dl>
    </section>
  );
}
