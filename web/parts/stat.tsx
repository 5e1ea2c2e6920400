import type { ComponentChildren } from "preact";

/** One figure with its name. */
export function Stat({
  label,
  children,
  note,
}: {
  label: string;
  children: ComponentChildren;
  note?: string;
}) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>
        <span class="stat-figure">{children}</span>
        {note === undefined ? null : <span class="faint small">{note}</span>}
      </dd>
    </div>
  );
}
