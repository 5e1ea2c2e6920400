import { useEffect, useRef } from "preact/hooks";

/** A one-letter shortcut of the page; typing in a field, a held modifier or an open dialog is not one. */
export function useKey(key: string, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (!means(event, key) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      latest.current();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [key]);
}

/** By the letter, or by the place of the key for those whose layout is not Latin. */
function means(event: KeyboardEvent, key: string): boolean {
  const place = key === "/" ? "Slash" : `Key${key.toUpperCase()}`;
  const latin = /^[\x20-\x7e]$/.test(event.key);
  return event.key === key || (!latin && event.code === place);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
