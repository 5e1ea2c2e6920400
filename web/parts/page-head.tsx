import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly note?: string | undefined;
  readonly children?: ComponentChildren;
}

/** A page's heading and its actions. A new page says its name: title of the tab, and focus for screen readers. */
export function PageHead({ title, note, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · aTES`;
  }, [title]);
  useEffect(() => {
    if (document.querySelector("dialog[open]") === null) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header class="page-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {note === undefined ? null : <p class="faint">{note}</p>}
      </div>
      <div class="page-actions">{children}</div>
    </header>
  );
}
