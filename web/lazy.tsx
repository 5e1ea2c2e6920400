import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "./api/problem.ts";
import { Loading } from "./parts/loading.tsx";
import { ProblemNote } from "./parts/problem-note.tsx";

export type LazyPage<P> = ComponentType<P> & {
  /** Begins to fetch the code of a page that is about to be shown. */
  ahead(): void;
};

/** A page whose code comes when it is first shown, or a little ahead of that. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): LazyPage<P> {
  let loaded: ComponentType<P> | undefined;
  let early: Promise<ComponentType<P>> | undefined;
  function ahead(): void {
    early = load();
    early.then(
      (page) => {
        loaded = page;
      },
      // Whoever shows the page asks again, and says what is wrong.
      () => {
        early = undefined;
      },
    );
  }
  function Lazy(props: P) {
    const [Page, setPage] = useState<ComponentType<P> | undefined>(() => loaded);
    const [problem, setProblem] = useState<Problem | undefined>(undefined);
    function fetchPage(): void {
      setProblem(undefined);
      (early ?? load()).then(
        (page) => {
          loaded = page;
          setPage(() => page);
        },
        (thrown: unknown) => setProblem(Problem.unreachable(thrown)),
      );
    }
    useEffect(() => {
      if (loaded === undefined) fetchPage();
    }, []);
    if (Page !== undefined) return <Page {...props} />;
    return (
      <div class="page">
        {problem === undefined ? (
          <Loading lines={6} />
        ) : (
          <ProblemNote problem={problem} onRetry={fetchPage} />
        )}
      </div>
    );
  }
  return Object.assign(Lazy, { ahead });
}
