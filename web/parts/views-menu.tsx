import { useRef, useState } from "preact/hooks";
import { queryString } from "../api/get.ts";
import type { SavedView } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import type { BoardView } from "../store/board.ts";
import { type BoardFilter, fromApi, inApi, inUrl } from "../store/board-filter.ts";
import { sortOf } from "../store/task-order.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { views } from "../store/views.ts";
import { Icon } from "./icon.tsx";
import { Link } from "./link.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface Props {
  readonly filter: BoardFilter;
  readonly view: BoardView;
}

/** One's saved views: to go to, to save what is shown as, to delete. The browser closes it on Esc and on a click beside it. */
export function ViewsMenu({ filter, view }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  const close = (): void => menu.current?.hidePopover();
  return (
    <>
      <button
        type="button"
        class="button views-button"
        popovertarget="views"
        onClick={() => views.load().catch(toasts.problem)}
      >
        <Icon name="bookmark" />
        <span>{t("views")}</span>
      </button>
      <div ref={menu} id="views" class="menu" popover="auto">
        {views.list.value.length === 0 ? <p class="faint small">{t("views.none")}</p> : null}
        <ul>
          {views.list.value.map((saved) => (
            <ViewLine key={saved.id} view={saved} onGo={close} />
          ))}
        </ul>
        <SaveView filter={filter} view={view} onSaved={close} />
      </div>
    </>
  );
}

function ViewLine({ view, onGo }: { view: SavedView; onGo: () => void }) {
  const { sort = "", ...query } = view.query;
  const layout = view.layout === "list" ? "list" : "";
  const href = `/${queryString({ ...inUrl(fromApi(query)), view: layout, sort })}`;
  return (
    <li class="menu-line">
      <Link
        href={href}
        follow={() => {
          router.go(href);
          onGo();
        }}
      >
        {view.name}
      </Link>
      <button
        type="button"
        class="button quiet small square"
        aria-label={t("views.delete", { name: view.name })}
        onClick={() => views.remove(view).catch(toasts.problem)}
      >
        <Icon name="close" size={14} />
      </button>
    </li>
  );
}

function SaveView({ filter, view, onSaved }: Props & { onSaved: () => void }) {
  const [name, setName] = useState("");
  const save = useAction(async () => {
    const sort = view === "list" ? { sort: sortOf(router.query.value.get("sort")) } : {};
    const asked = Object.entries({ ...inApi(filter), status: filter.status, ...sort });
    const query = Object.fromEntries(asked.filter(([, value]) => value !== "" && value !== undefined));
    await views.save({ name, query: query as SavedView["query"], layout: view });
    toasts.done(t("views.saved", { name }));
    setName("");
    onSaved();
  });
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <input
          class="input"
          type="text"
          required
          maxLength={100}
          aria-label={t("views.name")}
          placeholder={t("views.name")}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button primary" aria-label={t("views.save")} disabled={save.busy}>
          <Icon name="plus" />
        </button>
      </form>
      <ProblemNote problem={save.problem} />
    </>
  );
}
