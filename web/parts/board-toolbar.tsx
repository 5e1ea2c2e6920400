import { useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import type { BoardView } from "../store/board.ts";
import { type BoardFilter, conditionsOf, inUrl } from "../store/board-filter.ts";
import { BoardFilters } from "./board-filters.tsx";
import { Icon } from "./icon.tsx";
import { SearchBox } from "./search-box.tsx";
import { Segmented } from "./segmented.tsx";
import { ViewsMenu } from "./views-menu.tsx";

/** Whose tasks, which text, which further conditions; as a board or as a list. */
export function BoardToolbar({ filter, view }: { filter: BoardFilter; view: BoardView }) {
  const conditions = conditionsOf(filter);
  const [open, setOpen] = useState(conditions > 0);
  return (
    <>
      <div class="toolbar">
        <Segmented
          label={t("board.whose")}
          value={filter.assignee === "me" ? "mine" : "all"}
          options={[
            { value: "all", label: t("board.all") },
            { value: "mine", label: t("board.mine") },
          ]}
          onChange={(value) => router.setQuery(inUrl({ assignee: value === "mine" ? "me" : "" }))}
        />
        <SearchBox
          label={t("board.search")}
          value={filter.q}
          onChange={(q) => router.setQuery(inUrl({ q }))}
        />
        <button
          type="button"
          class="button"
          aria-expanded={open}
          aria-controls="filters"
          onClick={() => setOpen(!open)}
        >
          <Icon name="filter" />
          <span>{t("filters")}</span>
          {conditions === 0 ? null : <span class="badge figures">{conditions}</span>}
        </button>
        <ViewsMenu filter={filter} view={view} />
        <span class="spring" />
        <Segmented
          label={t("board.view")}
          value={view}
          options={[
            { value: "board", label: t("board.view.board") },
            { value: "list", label: t("board.view.list") },
          ]}
          onChange={(value) => router.setQuery({ view: value === "list" ? "list" : null })}
        />
      </div>
      <div id="filters" hidden={!open}>
        {open ? <BoardFilters filter={filter} view={view} /> : null}
      </div>
    </>
  );
}
