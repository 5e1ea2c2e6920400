import type { ComponentChildren, VNode } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { dialogs } from "../store/dialogs.ts";
import { Icon } from "./icon.tsx";
import { Toasts } from "./toasts.tsx";
import { useSheet } from "./use-sheet.ts";

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
 *
 * A sheet is opened and closed in passing, and making the rest inert draws all of it anew: 10 of the 50 ms that a key may
 * take. So it is no modal dialog to the browser, and keeps the focus within itself.
 */
export function Dialog({ title, shape = "box", onClose, children }: Props) {
  const isSheet = shape === "sheet";
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [depth] = useState(() => dialogs.depth.peek() + 1);
  // Before the next key is pressed: what is typed right after the key that opens it belongs in it.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = element.current;
    if (isSheet) dialog?.show();
    else dialog?.showModal();
    dialogs.depth.value = depth;
    return () => {
      dialogs.depth.value = depth - 1;
      // While it is open nothing below can have the focus.
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const box = (
    <dialog
      ref={element}
      class={`dialog ${shape}`}
      aria-modal="true"
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
  return isSheet ? <Sheet element={element} box={box} onClose={onClose} /> : box;
}

interface SheetProps {
  readonly element: { readonly current: HTMLDialogElement | null };
  readonly box: VNode;
  readonly onClose: () => void;
}

/** Over a shade, through which the page can be seen. */
function Sheet({ element, box, onClose }: SheetProps) {
  useSheet(element, onClose);
  return (
    <>
      <div class="sheet-shade" />
      {box}
    </>
  );
}
