import { ENTRY_KINDS } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import type { EntryFilter } from "../store/entry-filter.ts";
import { DateRange } from "./date-range.tsx";
import { SearchBox } from "./search-box.tsx";

const NONE = { from: null, to: null, kind: null, q: null };

/** Which entries of the log are shown; kept in the URL. */
export function EntryFilters({ filter }: { filter: EntryFilter }) {
  const { from, to, kind, q } = filter;
  return (
    <div class="toolbar">
      <SearchBox
        label={t("account.search")}
        value={q}
        onChange={(typed) => router.setQuery({ q: typed.trim() })}
      />
      <select
        class="input"
        aria-label={t("entry")}
        value={kind}
        onChange={(event) => router.setQuery({ kind: event.currentTarget.value })}
      >
        <option value="">{t("account.all-kinds")}</option>
        {ENTRY_KINDS.map((value) => (
          <option key={value} value={value}>
            {t(`entry.${value}`)}
          </option>
        ))}
      </select>
      <DateRange from={from} to={to} />
      {Object.values(filter).every((value) => value === "") ? null : (
        <button type="button" class="button quiet" onClick={() => router.setQuery(NONE)}>
          {t("filters.clear")}
        </button>
      )}
    </div>
  );
}
