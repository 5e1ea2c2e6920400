import { useEffect, useRef } from "preact/hooks";

const STOPS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** What a modal dialog does by itself and a sheet must be told: Tab goes round within it, Esc or a click beside it closes it. */
export function useSheet(element: { readonly current: HTMLElement | null }, onClose: () => void): void {
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    // What is opened over it has keys of its own.
    const isTopmost = (): boolean =>
      [...document.querySelectorAll("dialog[open]")].at(-1) === element.current;
    function clicked({ target }: MouseEvent): void {
      if (isTopmost() && target instanceof Node && !element.current?.contains(target)) latest.current();
    }
    function pressed(event: KeyboardEvent): void {
      const sheet = element.current;
      if (sheet === null || !isTopmost() || event.defaultPrevented) return;
      if (event.key === "Escape") latest.current();
      else if (event.key !== "Tab" || !leaves(sheet, event.shiftKey)) return;
      event.preventDefault();
    }
    addEventListener("keydown", pressed);
    addEventListener("mousedown", clicked);
    return () => {
      removeEventListener("keydown", pressed);
      removeEventListener("mousedown", clicked);
    };
  }, []);
}

/** True: the focus was at the edge of the sheet, or outside, and has been put to its other end. */
function leaves(sheet: HTMLElement, isBackwards: boolean): boolean {
  const stops = [...sheet.querySelectorAll<HTMLElement>(STOPS)].filter(
    (stop) => stop.tabIndex >= 0 && !stop.matches(":disabled") && stop.checkVisibility(),
  );
  const [first, last] = [stops[0], stops.at(-1)];
  const at = document.activeElement;
  if (sheet.contains(at) && at !== (isBackwards ? first : last)) return false;
  (isBackwards ? last : first)?.focus();
  return true;
}
