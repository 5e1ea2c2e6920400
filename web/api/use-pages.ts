import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./problem.ts";
import type { Page } from "./resources.ts";

export interface Pages<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly problem: Problem | undefined;
  readonly empty: boolean;
  more(): void;
  reload(): void;
}

type Load<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

interface State<T> {
  readonly key: string;
  readonly pages: readonly Page<T>[];
  readonly loading: boolean;
  readonly problem: Problem | undefined;
}

/**
 * A list by keyset cursor, unrolled page by page. Reading it again reads every page that is unrolled, from the top:
 * rows that changed are right, and rows pushed over a page's edge by newer ones are not lost. What is shown stays
 * until the fresh rows are there.
 */
export function usePages<T extends { readonly id: string }>(key: string, load: Load<T>): Pages<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State<T>>(() => nothing(key));
  const latest = useRef({ load, state });
  latest.current = { load, state };
  const reading = useRef(new AbortController());

  const read = useCallback(
    async (before: readonly Page<T>[], count: number) => {
      reading.current.abort();
      reading.current = new AbortController();
      const { signal } = reading.current;
      setState((old) => (old.key === key ? { ...old, loading: true } : nothing(key)));
      try {
        const pages = await readPages(latest.current.load, before, count, signal);
        if (!signal.aborted) setState({ key, pages, loading: false, problem: undefined });
      } catch (thrown) {
        if (signal.aborted) return;
        setState((old) => ({ ...old, loading: false, problem: Problem.of(thrown) }));
      }
    },
    [key],
  );

  useEffect(() => {
    const { state } = latest.current;
    void read([], state.key === key ? Math.max(1, state.pages.length) : 1);
    return () => reading.current.abort();
  }, [key, round]);

  const shown = state.key === key ? state : nothing<T>(key);
  const hasMore = shown.pages.at(-1)?.next != null;
  return {
    items: distinct(shown.pages.flatMap((page) => page.items)),
    hasMore,
    loading: shown.loading,
    problem: shown.problem,
    empty: shown.pages.length > 0 && shown.pages.every((page) => page.items.length === 0),
    more: () => {
      if (hasMore && !shown.loading) void read(shown.pages, 1);
    },
    reload: useCallback(() => setRound((n) => n + 1), []),
  };
}

function nothing<T>(key: string): State<T> {
  return { key, pages: [], loading: true, problem: undefined };
}

async function readPages<T>(
  load: Load<T>,
  before: readonly Page<T>[],
  count: number,
  signal: AbortSignal,
): Promise<readonly Page<T>[]> {
  const pages = [...before];
  for (let left = count; left > 0; left -= 1) {
    const cursor = pages.at(-1)?.next;
    if (cursor === null) break;
    pages.push(await load(cursor, signal));
  }
  return pages;
}

/** Each id once, its first row kept: a row that moved between two reads may stand in both. */
function distinct<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  const byId = new Map<string, T>();
  for (const item of items) if (!byId.has(item.id)) byId.set(item.id, item);
  return [...byId.values()];
}
