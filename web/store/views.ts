import { signal } from "@preact/signals";
import { get } from "../api/get.ts";
import type { Page, SavedView } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { toasts } from "./toasts.ts";

const list = signal<readonly SavedView[]>([]);

/** One's own names for choices of tasks. Deleting one can be taken back: it moves no money. */
export const views = {
  list,
  async load(): Promise<void> {
    list.value = (await get<Page<SavedView>>("/views")).items;
  },

  async save(view: Pick<SavedView, "name" | "query" | "layout">): Promise<void> {
    const saved = await sendCommand<SavedView>("POST", "/views", view);
    list.value = [...list.value, saved].sort((a, b) => a.name.localeCompare(b.name));
  },

  async remove(view: SavedView): Promise<void> {
    const before = list.value;
    list.value = before.filter(({ id }) => id !== view.id);
    try {
      await sendCommand("DELETE", `/views/${view.id}`);
    } catch (thrown) {
      list.value = before;
      throw thrown;
    }
    const { name, query, layout } = view;
    const undo = (): void => void views.save({ name, query, layout }).catch(toasts.problem);
    toasts.undoable(t("views.deleted", { name }), { label: t("undo"), run: undo });
  },
};
