import { useState } from "preact/hooks";
import type { DeadLetter } from "../api/operations.ts";
import { sendCommand } from "../api/send-command.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { DropLetterDialog } from "./drop-letter-dialog.tsx";
import { Icon } from "./icon.tsx";
import { Trace } from "./trace.tsx";

interface Props {
  readonly letter: DeadLetter;
  readonly onAsked: () => void;
}

/** One message: where it was going, why it was not handled, what it says; to be tried again or given up. */
export function DeadLetterCard({ letter, onAsked }: Props) {
  const [dropping, setDropping] = useState(false);
  const replay = useAction(async () => {
    await sendCommand("POST", `/ops/dead-letters/${letter.id}/replay`)
      .then(() => toasts.done(t("letters.replay-asked", { type: letter.type })))
      .catch(toasts.problem);
    onAsked();
  });
  return (
    <li class="letter">
      <div class="letter-head">
        <span class={`state letter-${letter.state}`}>{t(`letters.${letter.state}`)}</span>
        <strong>{letter.type}</strong>
        <code>{letter.actor}</code>
        <span class="spring" />
        {letter.asked === null ? null : <span class="state">{t(`letters.${letter.asked}-waits`)}</span>}
        <span class="row">
          <button
            type="button"
            class="button small"
            disabled={replay.busy || letter.asked !== null}
            onClick={() => void replay.run()}
          >
            <Icon name="replay" size={14} />
            {t("letters.replay")}
          </button>
          <button
            type="button"
            class="button small quiet danger-text"
            disabled={letter.asked !== null}
            onClick={() => setDropping(true)}
          >
            {t("letters.drop")}
          </button>
        </span>
      </div>
      <p class="letter-reason">
        <code>{letter.code}</code> {letter.reason}
      </p>
      <p class="faint small">
        {t("letters.attempts", { n: letter.attempts })} · {date.moment(letter.firstAt)} –{" "}
        {date.moment(letter.lastAt)} · {letter.kind}/{letter.partition} <Trace id={letter.traceId} />
      </p>
      <details>
        <summary>{t("letters.payload")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
        <pre class="payload" tabIndex={0}>
          {pretty(letter.envelope)}
        </pre>
      </details>
      {dropping ? (
        <DropLetterDialog letter={letter} onClose={() => setDropping(false)} onDropped={onAsked} />
      ) : null}
    </li>
  );
}

/** As it came; set out when it is JSON. */
function pretty(envelope: string): string {
  try {
    return JSON.stringify(JSON.parse(envelope), null, 2);
  } catch {
    return envelope;
  }
}
