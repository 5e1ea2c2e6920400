import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./problem.ts";

export interface Resource<T> {
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  reload(): void;
}

interface State<T> {
  readonly key: string | null;
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
}

/**
 * Reads something for as long as the component shows it. A new key reads anew, and the old answer is neither shown nor
 * waited for; `reload` keeps what is shown until the fresh answer is there. A null key reads nothing.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State<T>>(() => empty(key));
  const latest = useRef(load);
  latest.current = load;
  // the key names what is loaded; a round asks for it again.
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    setState((old) => (old.key === key ? { ...old, loading: true } : empty(key)));
    latest.current(abort.signal).then(
      (data) => abort.signal.aborted || setState({ key, data, problem: undefined, loading: false }),
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        setState((old) => ({ ...old, key, problem: Problem.of(thrown), loading: false }));
      },
    );
    return () => abort.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const { data, problem, loading } = state.key === key ? state : empty<T>(key);
  return { data, problem, loading, reload };
}

function empty<T>(key: string | null): State<T> {
  return { key, data: undefined, problem: undefined, loading: key !== null };
}
