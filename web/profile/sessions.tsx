import { get } from "../api/get.ts";
import type { Page } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { ProblemNote } from "../parts/problem-note.tsx";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";

interface OwnSession {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly agent: string | null;
  readonly address: string | null;
  readonly refreshedAt: string;
}

/** Where the person is logged in, and how to end it; `round` grows when log-ins were ended elsewhere on the page. */
export function Sessions({ round }: { round: number }) {
  const sessions = useResource(`sessions ${round}`, (signal) =>
    get<Page<OwnSession>>("/me/sessions", {}, signal),
  );
  const items = sessions.data?.items ?? [];
  const end = useAction((path: string) =>
    sendCommand<void>("DELETE", path).then(sessions.reload).catch(toasts.problem),
  );
  return (
    <section aria-labelledby="sessions">
      <div class="section-head">
        <h2 id="sessions">{t("sessions")}</h2>
        {items.length < 2 ? null : (
          <button
            type="button"
            class="button small"
            disabled={end.busy}
            onClick={() => end.run("/me/sessions")}
          >
            {t("sessions.end-others")}
          </button>
        )}
      </div>
      <ProblemNote problem={sessions.problem} onRetry={sessions.reload} />
      <ul class="plain-list">
        {items.map((one) => (
          <li key={one.id} class="list-line">
            <span class="spring">
              {browserName(one.agent)} <span class="faint small">{one.address}</span>
            </span>
            <span class="faint small">
              {t("sessions.seen")} {date.moment(one.refreshedAt)}
            </span>
            {one.isCurrent ? (
              <span class="state">{t("sessions.current")}</span>
            ) : (
              <button
                type="button"
                class="button small"
                aria-label={t("sessions.end-named", { name: browserName(one.agent) })}
                disabled={end.busy}
                onClick={() => end.run(`/me/sessions/${one.id}`)}
              >
                {t("sessions.end")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Enough to tell one's own apart; the order matters, for most say they are several. */
const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"];
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"];

function browserName(agent: string | null): string {
  if (agent === null) return t("sessions.unknown");
  const named = [BROWSERS, SYSTEMS].flatMap((names) => names.find((name) => agent.includes(name)) ?? []);
  return named.length === 0 ? agent.slice(0, 40) : named.join(", ");
}
