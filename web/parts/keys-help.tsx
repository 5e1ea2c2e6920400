import type { MessageKey } from "../messages/en.ts";
import { t } from "../messages/t.ts";
import { Dialog } from "./dialog.tsx";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const GROUPS: readonly {
  readonly title: MessageKey;
  readonly keys: readonly (readonly [string, MessageKey])[];
}[] = [
  {
    title: "keys.everywhere",
    keys: [
      [IS_MAC ? "⌘ K" : "Ctrl K", "palette"],
      ["c", "task.create"],
      ["/", "board.search"],
      ["?", "keys"],
      ["Esc", "keys.close"],
    ],
  },
  {
    title: "board",
    keys: [
      ["↑ ↓ ← →", "keys.move"],
      ["Home End", "keys.ends"],
      ["Enter", "keys.open"],
      ["x", "keys.select"],
      ["s", "task.start"],
      ["d", "task.complete"],
    ],
  },
];

/** Every key the page knows. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("keys")} onClose={onClose}>
      <div class="dialog-body keys-help">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3>{t(group.title)}</h3>
            <dl>
              {group.keys.map(([keys, says]) => (
                <div key={keys} class="key-line">
                  <dt>
                    {keys.split(" ").map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{t(says)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <p class="faint small">{t("keys.drag")}</p>
      </div>
    </Dialog>
  );
}
