import { type AskedMapping, IMPORT_FIELDS, type ImportField, SEPARATORS } from "../api/import-tasks.ts";
import type { ImportPreview } from "../api/resources.ts";
import type { MessageKey } from "../messages/en.ts";
import { t } from "../messages/t.ts";
import { Field } from "./field.tsx";

const LABELS: Readonly<Record<ImportField, MessageKey>> = {
  title: "task.title",
  jiraId: "task.jira-id",
  description: "task.description",
};

interface Props {
  readonly preview: ImportPreview;
  readonly asked: AskedMapping;
  readonly onChange: (asked: AskedMapping) => void;
}

/** Which column of the file holds what of a task; at first as the server found them. */
export function ImportMapping({ preview, asked, onChange }: Props) {
  const { mapping, columns, separator } = preview;
  return (
    <section aria-labelledby="mapping">
      <h2 id="mapping">{t("import.mapping")}</h2>
      <div class="mapping">
        {IMPORT_FIELDS.map((field) => (
          <Field key={field} label={t(LABELS[field])}>
            {(control) => (
              <select
                {...control}
                class="input"
                value={mapping[field] === null ? "" : `#${mapping[field]}`}
                onChange={(event) => onChange({ ...asked, [field]: event.currentTarget.value })}
              >
                <option value="" disabled={field === "title"}>
                  {t(field === "title" ? "import.choose-column" : "import.take-nothing")}
                </option>
                {columns.map(({ position, name }) => (
                  <option key={position} value={`#${position}`}>
                    {name === "" ? `#${position}` : name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ))}
        <Field label={t("import.separator")}>
          {(control) => (
            <select
              {...control}
              class="input"
              value={separator}
              // Another separator makes other columns of the file: what was said of them is void.
              onChange={(event) => onChange({ separator: event.currentTarget.value })}
            >
              {SEPARATORS.map((value) => (
                <option key={value} value={value}>
                  {t(`import.separator.${value}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </section>
  );
}
