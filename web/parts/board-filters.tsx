import { useId } from "preact/hooks";
import { get } from "../api/get.ts";
import { BOARD_STATUSES, type Page, type Person } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import type { MessageKey } from "../messages/en.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import type { BoardView } from "../store/board.ts";
import { type BoardFilter, inUrl, isFiltered, NO_FILTER } from "../store/board-filter.ts";

/** The further conditions, each kept in the URL as it is typed. */
export function BoardFilters({ filter, view }: { filter: BoardFilter; view: BoardView }) {
  const set = (changes: Partial<BoardFilter>): void => router.setQuery(inUrl(changes));
  return (
    <div class="filters">
      <PersonSelect value={filter.assignee} onChange={(assignee) => set({ assignee })} />
      {view === "list" ? (
        <Choice
          label={t("state")}
          value={filter.status}
          options={BOARD_STATUSES.map((status) => ({ value: status, label: t(`status.${status}`) }))}
          onChange={(status) => set({ status: status as BoardFilter["status"] })}
        />
      ) : null}
      <FilterInput label="task.jira-id" field="jiraId" filter={filter} placeholder="UBERPOP" />
      <FilterInput label="filters.reward-from" field="rewardFrom" filter={filter} mode="decimal" />
      <FilterInput label="filters.reward-to" field="rewardTo" filter={filter} mode="decimal" />
      <FilterInput label="filters.created-from" field="from" filter={filter} type="date" />
      <FilterInput label="filters.created-to" field="to" filter={filter} type="date" />
      {isFiltered(filter) ? (
        <button type="button" class="button quiet" onClick={() => set(NO_FILTER)}>
          {t("filters.clear")}
        </button>
      ) : null}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <span class="filter">
      <label for={id}>{label}</label>
      <select id={id} class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{t("filters.any")}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  );
}

function PersonSelect({ value, onChange }: Pick<ChoiceProps, "value" | "onChange">) {
  const people = useResource("people to filter by", (signal) =>
    get<Page<Person>>("/users", { limit: 200 }, signal),
  );
  const options = [
    { value: "me", label: t("filters.me") },
    ...(people.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  return <Choice label={t("task.assignee")} value={value} options={options} onChange={onChange} />;
}

interface InputProps {
  readonly label: MessageKey;
  readonly field: "jiraId" | "rewardFrom" | "rewardTo" | "from" | "to";
  readonly filter: BoardFilter;
  readonly type?: "date";
  readonly mode?: "decimal";
  readonly placeholder?: string;
}

function FilterInput({ label, field, filter, type, mode, placeholder }: InputProps) {
  const id = useId();
  const control = {
    id,
    class: "input",
    value: filter[field],
    onInput: (event: { currentTarget: { value: string } }) =>
      router.setQuery(inUrl({ [field]: event.currentTarget.value.trim() })),
  };
  return (
    <span class={`filter ${field}`}>
      <label for={id}>{t(label)}</label>
      {type === "date" ? (
        <input {...control} type="date" />
      ) : (
        <input {...control} type="text" inputMode={mode ?? "text"} placeholder={placeholder} />
      )}
    </span>
  );
}
