import { useId, useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Page, Task } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { type PaletteCommand, paletteCommands } from "../store/palette-commands.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icon.tsx";

const TASKS_SHOWN = 6;

/** Everything one can do or go to, and every task, by a few letters. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const options = [...matching(typed), ...useTasks(typed)];
  const chosen = options[Math.min(at, options.length - 1)];
  function run(command: PaletteCommand | undefined): void {
    if (command === undefined) return;
    onClose();
    command.run();
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setAt((Math.min(at, options.length - 1) + step + options.length) % options.length);
    else if (event.key === "Enter") run(chosen);
    else return;
    event.preventDefault();
  }
  return (
    <Dialog title={t("palette")} shape="palette" onClose={onClose}>
      <input
        class="palette-input"
        type="text"
        role="combobox"
        aria-label={t("palette.type")}
        placeholder={t("palette.type")}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${chosen.key}`}
        autocomplete="off"
        autofocus
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Options id={id} options={options} chosen={chosen} onRun={run} />
      {options.length === 0 ? <p class="palette-none faint">{t("palette.none")}</p> : null}
    </Dialog>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly options: readonly PaletteCommand[];
  readonly chosen: PaletteCommand | undefined;
  readonly onRun: (command: PaletteCommand) => void;
}

function Options({ id, options, chosen, onRun }: OptionsProps) {
  return (
    <div id={`${id}-list`} class="palette-list" role="listbox" aria-label={t("palette")} tabIndex={-1}>
      {options.map((command) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, which names the chosen option.
        <div
          key={command.key}
          id={`${id}-${command.key}`}
          class="palette-option"
          role="option"
          tabIndex={-1}
          aria-selected={command === chosen}
          ref={command === chosen ? inSight : null}
          onClick={() => onRun(command)}
        >
          <Icon name={command.icon} />
          <span class="palette-label">{command.label}</span>
          {command.hint === undefined ? null : <span class="faint small">{command.hint}</span>}
        </div>
      ))}
    </div>
  );
}

function inSight(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

function matching(typed: string): readonly PaletteCommand[] {
  const words = typed.toLocaleLowerCase().split(/\s+/);
  return paletteCommands().filter(({ label }) => {
    const text = label.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function useTasks(typed: string): readonly PaletteCommand[] {
  const q = typed.trim();
  const found = useResource(q.length < 2 ? null : `palette ${q}`, (signal) =>
    get<Page<Task>>("/tasks", { q, limit: TASKS_SHOWN }, signal),
  );
  return (found.data?.items ?? []).map((task) => ({
    key: task.id,
    icon: "board",
    label: `#${task.number} ${task.title}`,
    hint: task.assignee.name,
    run: () => router.go(`/?task=${task.id}`),
  }));
}
