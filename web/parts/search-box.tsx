import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import { useKey } from "./use-key.ts";

const QUIET_MS = 200;

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Searches when the typing pauses. `/` goes here, Esc empties it. */
export function SearchBox({ label, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  useKey("/", () => input.current?.focus());
  useEffect(() => setTyped(value), [value]);
  // only typing starts the wait; the parent's value is its outcome.
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), QUIET_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        maxLength={200}
        aria-label={label}
        placeholder={label}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setTyped("");
          input.current?.blur();
        }}
      />
      <kbd>/</kbd>
    </div>
  );
}
