import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Every row is as high: in rem, so that it grows with the reader's letters. */
  readonly rowRem: number;
  /** The row the keyboard is at; it stays in the page even when it is scrolled out of sight, so the focus does. */
  readonly activeKey: string | undefined;
  readonly onNearEnd: () => void;
  readonly row: (item: T, isTabbable: boolean) => VNode;
  readonly rowClass?: (item: T) => string;
  /** The element that scrolls, with rows of its kind in it. */
  readonly as?: "ul" | "tbody";
}

/** Rows rendered beyond what is in sight, above and below; none of them before what is in sight was painted. */
const OVERSCAN = 4;
/** The next page is asked for when fewer rows than this are left below. */
const NEAR_END = 60;
const FIRST_GUESS_PX = 600;

/** A long list of which only what is in sight stands in the page. One row is in the order of Tab; arrows go between them. */
export function VirtualList<T>(props: Props<T>) {
  const { items, keyOf, rowRem, activeKey, onNearEnd, row, rowClass, as: List = "ul" } = props;
  const scroller = useRef<HTMLElement>(null);
  const rowPx = rowRem * remPx();
  const [sight, setSight] = useState({ first: 0, end: Math.ceil(FIRST_GUESS_PX / rowPx) });
  const [overscan, setOverscan] = useState(0);
  const active = activeKey === undefined ? -1 : items.findIndex((item) => keyOf(item) === activeKey);
  useFocusKept(scroller, items, keyOf, rowPx);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = (): void => {
      const { scrollTop, clientHeight } = element;
      const first = Math.floor(scrollTop / rowPx);
      const end = Math.ceil((scrollTop + clientHeight) / rowPx);
      // The same rows are not drawn again.
      setSight((old) => (old.first === first && old.end === end ? old : { first, end }));
    };
    const size = new ResizeObserver(measure);
    size.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      size.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [rowPx]);
  useEffect(() => setOverscan(OVERSCAN), []);
  const shown = rowsToMake(items.length, sight, overscan, active);
  const last = shown.at(-1) ?? 0;
  useLayoutEffect(() => {
    if (items.length - last < NEAR_END) onNearEnd();
  }, [items.length, last]);
  const tabbable = active >= 0 ? active : shown[0];
  const Row = List === "ul" ? "li" : "tr";
  return (
    <List ref={scroller as never} class="virtual" data-row-px={rowPx}>
      <Row class="virtual-space" aria-hidden="true" style={{ height: `${items.length * rowPx}px` }} />
      {shown.map((index) => {
        const item = items[index];
        if (item === undefined) return null;
        return (
          <Row
            key={keyOf(item)}
            class={`virtual-row ${rowClass?.(item) ?? ""}`}
            data-row={keyOf(item)}
            {...placeIn(List, index, items.length)}
            style={{ transform: `translateY(${index * rowPx}px)`, height: `${rowPx}px` }}
          >
            {row(item, index === tabbable)}
          </Row>
        );
      })}
    </List>
  );
}

function placeIn(list: "ul" | "tbody", index: number, count: number) {
  // The head of a table is its first row.
  if (list === "tbody") return { "aria-rowindex": index + 2 } as const;
  return { "aria-setsize": count, "aria-posinset": index + 1 } as const;
}

let rem: number | undefined;
function remPx(): number {
  rem ??= Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return rem;
}

function rowsToMake(
  count: number,
  sight: { readonly first: number; readonly end: number },
  overscan: number,
  active: number,
): number[] {
  const first = Math.max(0, Math.min(sight.first - overscan, count - 1));
  const end = Math.min(count, sight.end + overscan);
  const shown = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  if (active >= 0 && active < first) shown.unshift(active);
  else if (active >= end && active < count) shown.push(active);
  return shown;
}

/** When the row that has the focus goes (done, cancelled, filtered away), the one that takes its place gets it. */
function useFocusKept<T>(
  scroller: { readonly current: HTMLElement | null },
  items: readonly T[],
  keyOf: (item: T) => string,
  rowPx: number,
): void {
  const focused = useRef<{ readonly key: string; readonly index: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const was = focused.current;
    const isLost = was !== undefined && (document.activeElement === document.body || !document.activeElement);
    if (isLost && !items.some((item) => keyOf(item) === was.key)) {
      const next = items[Math.min(was.index, items.length - 1)];
      if (next !== undefined) focusRow(element, keyOf(next), was.index, rowPx);
    }
  }, [items]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const remember = (event: FocusEvent): void => {
      const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
      const key = row?.dataset.row;
      if (key !== undefined) focused.current = { key, index: items.findIndex((item) => keyOf(item) === key) };
    };
    const forget = (event: FocusEvent): void => {
      // Null: the focused row was taken away; else somebody went elsewhere on purpose.
      if (event.relatedTarget !== null) focused.current = undefined;
    };
    element?.addEventListener("focusin", remember);
    element?.addEventListener("focusout", forget);
    return () => {
      element?.removeEventListener("focusin", remember);
      element?.removeEventListener("focusout", forget);
    };
  }, [items]);
}

/** Brings a row into sight and gives it the focus once it is there. */
export function focusRow(scroller: HTMLElement, key: string, index: number, rowPx: number): void {
  const top = index * rowPx;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + rowPx > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + rowPx - scroller.clientHeight;
  const focus = (triesLeft: number): void => {
    const row = scroller.querySelector(`[data-row="${CSS.escape(key)}"]`);
    const target = row?.querySelector<HTMLElement>("[data-focus]");
    if (target) target.focus({ preventScroll: true });
    else if (triesLeft > 0) requestAnimationFrame(() => focus(triesLeft - 1));
  };
  focus(5);
}
