import type { ComponentChildren } from "preact";
import { router } from "../router.ts";

interface Props {
  readonly href: string;
  readonly class?: string;
  readonly label?: string;
  readonly current?: boolean;
  /** In a long list only one row is in the order of Tab. */
  readonly isTabbable?: boolean;
  /** What gets the focus when the keyboard comes to its row. */
  readonly isFocusOfRow?: boolean;
  /** Instead of going to `href`, where the way there depends on the moment of the click. */
  readonly follow?: () => void;
  readonly children: ComponentChildren;
}

/** A link within the page; new-tab and download clicks stay the browser's. */
export function Link({
  href,
  class: className,
  label,
  current,
  isTabbable = true,
  isFocusOfRow,
  follow,
  children,
}: Props) {
  return (
    <a
      href={href}
      class={className}
      aria-label={label}
      aria-current={current ? "page" : undefined}
      tabIndex={isTabbable ? undefined : -1}
      data-focus={isFocusOfRow}
      draggable={isFocusOfRow ? false : undefined}
      onClick={(event) => {
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        if (follow === undefined) router.go(href);
        else follow();
      }}
    >
      {children}
    </a>
  );
}
