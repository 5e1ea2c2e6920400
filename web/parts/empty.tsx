import type { ComponentChildren } from "preact";
import { Mark } from "./mark.tsx";

/** Nothing here, and why that is all right. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Mark size={36} />
      <p class="empty-title">{title}</p>
      {children === undefined ? null : <div class="faint">{children}</div>}
    </div>
  );
}
