import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Correction, Page } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { usePages } from "../api/use-pages.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { Amount } from "../parts/amount.tsx";
import { Empty } from "../parts/empty.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { RejectDialog } from "../parts/reject-dialog.tsx";
import { session } from "../session.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";

/** Money moved by hand, newest first: one proposes on an account's page, another decides here. */
export function CorrectionsPage() {
  const corrections = usePages<Correction>("corrections", (cursor, signal) =>
    get<Page<Correction>>("/corrections", { cursor }, signal),
  );
  const [rejected, setRejected] = useState<Correction | undefined>(undefined);
  const { items, loading, reload } = corrections;
  return (
    <div class="page">
      <PageHead title={t("corrections")} note={t("corrections.note")} />
      <ProblemNote problem={corrections.problem} onRetry={reload} />
      {corrections.empty ? <Empty title={t("corrections.none")}>{t("corrections.none-why")}</Empty> : null}
      {items.length === 0 && loading ? <Loading lines={6} /> : null}
      {items.length === 0 ? null : (
        <table class="table folding corrections">
          <thead>
            <tr>
              <th scope="col">{t("person")}</th>
              <th scope="col">{t("correction.reason")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col" class="number">
                {t("amount")}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((each) => (
              <CorrectionRow key={each.id} correction={each} onReject={setRejected} onDecided={reload} />
            ))}
          </tbody>
        </table>
      )}
      {corrections.hasMore ? <MoreButton loading={loading} onMore={corrections.more} /> : null}
      {rejected === undefined ? null : (
        <RejectDialog correction={rejected} onClose={() => setRejected(undefined)} onDecided={reload} />
      )}
    </div>
  );
}

interface RowProps {
  readonly correction: Correction;
  readonly onReject: (correction: Correction) => void;
  readonly onDecided: () => void;
}

function CorrectionRow({ correction, onReject, onDecided }: RowProps) {
  const { person, kind, reason, proposedBy, proposedAt, amountMinor } = correction;
  return (
    <tr>
      <td>
        <Link href={`/accounts/${person.id}`}>{person.name}</Link>
      </td>
      <td>
        {reason}
        <div class="small faint">
          {`${t(`entry.${kind}`)} · ${t("correction.by", { name: proposedBy.name })} · `}
          <span class="unbroken">{date.moment(proposedAt)}</span>
        </div>
      </td>
      <td>
        <Decision correction={correction} onReject={onReject} onDecided={onDecided} />
      </td>
      <td class="number">
        <Amount minor={amountMinor} signed tone />
      </td>
    </tr>
  );
}

/** How it was decided; or the buttons of who may decide: the author may only take it back. */
function Decision({ correction, onReject, onDecided }: RowProps) {
  const { id, state, decidedBy, decision, person, proposedBy, reason } = correction;
  const approve = useAction(async () => {
    await sendCommand("POST", `/corrections/${id}/approve`).catch(toasts.problem);
    onDecided();
  });
  if (state !== "proposed") {
    const by = decidedBy === null ? "" : t("correction.decided-by", { name: decidedBy.name });
    return (
      <>
        <span class={`state correction-${state}`}>{t(`correction.state.${state}`)}</span>
        <div class="small faint">{decision === null ? by : `${by}: ${decision}`}</div>
      </>
    );
  }
  const isSecond = ![person.id, proposedBy.id].includes(session.me.id);
  return (
    <div class="row">
      {isSecond ? (
        <button
          type="button"
          class="button small primary"
          disabled={approve.busy}
          aria-label={t("correction.approve-named", { reason })}
          onClick={() => void approve.run()}
        >
          {t("correction.approve")}
        </button>
      ) : (
        <span class="state correction-proposed">{t("correction.state.proposed")}</span>
      )}
      <button
        type="button"
        class="button small"
        aria-label={t("correction.reject-named", { reason })}
        onClick={() => onReject(correction)}
      >
        {t("correction.reject")}
      </button>
    </div>
  );
}
