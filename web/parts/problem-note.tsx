import type { Problem } from "../api/problem.ts";
import { problemText } from "../messages/problem-text.ts";
import { t } from "../messages/t.ts";
import { Icon } from "./icon.tsx";

/** A refusal or a failure where it matters, with the trace to quote and, where it makes sense, another try. */
export function ProblemNote({ problem, onRetry }: { problem: Problem | undefined; onRetry?: () => void }) {
  if (problem === undefined) return null;
  return (
    <div class="note bad" role="alert">
      <Icon name="warning" size={18} />
      <div>
        <p>{problemText(problem)}</p>
        {problem.trace === undefined ? null : (
          <p class="faint small">
            {t("trace")} <code>{problem.trace}</code>
          </p>
        )}
      </div>
      {onRetry === undefined ? null : (
        <button type="button" class="button" onClick={onRetry}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}
