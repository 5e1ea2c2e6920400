import { useEffect, useRef, useState } from "preact/hooks";
import type { Income } from "../api/resources.ts";
import { date } from "../format/date.ts";
import { money } from "../format/money.ts";
import { locale } from "../messages/locale.ts";
import { theme } from "../store/theme.ts";

/** Income by day as bars. The same figures stand in a table beside it: the drawing is for the eye only. */
export function IncomeChart({ items }: { items: readonly Income[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Income | undefined>(undefined);
  const language = locale.value;
  const colours = theme.current.value;
  // the axes are written in the page's language, and drawn in its colours.
  useEffect(() => {
    const place = frame.current;
    if (place === null || items.length === 0) return;
    const days = [...items].sort((a, b) => a.businessDate.localeCompare(b.businessDate));
    let destroy: (() => void) | undefined;
    let gone = false;
    // uPlot is wanted on two pages only: it is not part of the first load.
    void import("./draw-income.ts").then(({ drawIncome }) => {
      if (!gone) destroy = drawIncome(place, days, setPointed);
    });
    return () => {
      gone = true;
      destroy?.();
    };
  }, [items, language, colours]);
  return (
    <figure class="chart">
      <figcaption class="chart-readout figures">
        {pointed === undefined
          ? "\u00a0"
          : `${date.business(pointed.businessDate)}: ${money(pointed.incomeMinor)}`}
      </figcaption>
      <div ref={frame} class="chart-frame" aria-hidden="true" />
    </figure>
  );
}
