import { useId, useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { company } from "../store/company.ts";
import { DownloadButton } from "./download-button.tsx";

/** The entries of one month, oldest first: as a paper to read, or as a file to reckon with. */
export function StatementForm({ userId }: { userId: string }) {
  const id = useId();
  const current = company.value.businessDate.slice(0, 7);
  const [month, setMonth] = useState(current);
  return (
    <div class="row statement">
      <span class="date-input">
        <label for={id}>{t("statement.month")}</label>
        <input
          id={id}
          class="input"
          type="month"
          required
          max={current}
          value={month}
          onChange={(event) => setMonth(event.currentTarget.value || current)}
        />
      </span>
      <DownloadButton
        label={t("statement.pdf")}
        path={`/accounts/${userId}/statement`}
        query={{ month, format: "pdf" }}
      />
      <DownloadButton
        label={t("statement.csv")}
        path={`/accounts/${userId}/statement`}
        query={{ month, format: "csv" }}
      />
    </div>
  );
}
