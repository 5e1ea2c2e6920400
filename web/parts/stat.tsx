import type { ComponentChildren } from "preact";

/** One figure with its name. */
export function Stat({
  label,
  children,
  note,
  action,
}: {
  label: string;
  children: ComponentChildren;
  note?: string;
  /** What leads on from the figure. */
  action?: ComponentChildren;
}) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>
        <span class="stat-figure">{children}</span>
        {note === undefined ? null : <span class="faint small">{note}</span>}
        {action === undefined ? null : <span class="small">{action}</span>}
      </dd>
    </div>
  );
}
