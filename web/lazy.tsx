import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "./api/problem.ts";
import { Loading } from "./parts/loading.tsx";
import { ProblemNote } from "./parts/problem-note.tsx";

/** A page whose code comes when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [Page, setPage] = useState<ComponentType<P> | undefined>(() => loaded);
    const [problem, setProblem] = useState<Problem | undefined>(undefined);
    function fetchPage(): void {
      setProblem(undefined);
      load().then(
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
  };
}
