import { useEffect, useRef } from "preact/hooks";

/**
 * A shortcut of the page; typing in a field, a held modifier or an open dialog is not one. The act may answer false:
 * then the key was not for it, and keeps its meaning.
 */
export function useKey(keys: string | readonly string[], act: (key: string) => unknown): void {
  const latest = useRef(act);
  latest.current = act;
  const list = typeof keys === "string" ? [keys] : keys;
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      const key = list.find((known) => means(event, known));
      if (key === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.repeat && key.length === 1) return;
      if (event.defaultPrevented || isTyping(event.target) || isDialogOpen()) return;
      if (latest.current(key) !== false) event.preventDefault();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [list.join(" ")]);
}

/** Ctrl or ⌘ with a letter: also while typing. */
export function useChord(letter: string, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      if (!means(event, letter)) return;
      event.preventDefault();
      latest.current();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [letter]);
}

function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/** By the letter, or by the place of the key for those whose layout is not Latin. */
function means(event: KeyboardEvent, key: string): boolean {
  if (event.key === key) return true;
  const latin = /^[\x20-\x7e]$/.test(event.key);
  const place = key === "/" ? "Slash" : `Key${key.toUpperCase()}`;
  return key.length === 1 && !latin && event.code === place && !event.shiftKey;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
