import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import { useKey } from "./use-key.ts";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Searches with every letter. `/` goes here, Esc empties it. */
export function SearchBox({ label, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  useKey("/", () => input.current?.focus());
  useEffect(() => {
    if (typed.trim() !== value) setTyped(value);
  }, [value]);
  function type(text: string): void {
    setTyped(text);
    onChange(text.trim());
  }
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
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          type("");
          input.current?.blur();
        }}
      />
      <kbd>/</kbd>
    </div>
  );
}
