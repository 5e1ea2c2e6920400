import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { dialogs } from "../store/dialogs.ts";
import { Icon } from "./icon.tsx";
import { Toasts } from "./toasts.tsx";

interface Props {
  readonly title: ComponentChildren;
  /** `sheet` comes from the side and takes the whole height; `palette` hangs from the top, its title is only read. */
  readonly shape?: "box" | "sheet" | "palette";
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/**
 * A modal <dialog>: the browser traps the focus, makes the rest inert, closes on Esc and
 * gives the focus back. What is below is inert, so the topmost dialog shows the toasts.
 */
export function Dialog({ title, shape = "box", onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [depth] = useState(() => dialogs.depth.peek() + 1);
  // Before the next key is pressed: what is typed right after the key that opens it belongs in it.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    dialogs.depth.value = depth;
    return () => {
      dialogs.depth.value = depth - 1;
      // While it is open nothing below can have the focus.
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${shape}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-inner">
        <header class={shape === "palette" ? "only-read" : "dialog-head"}>
          <h2 id={heading}>{title}</h2>
          <button type="button" class="button quiet square" aria-label={t("close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
      {dialogs.depth.value === depth ? <Toasts /> : null}
    </dialog>
  );
}
