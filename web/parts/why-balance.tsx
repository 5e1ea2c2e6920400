import { useEffect } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Entry, Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { useFeed } from "../store/use-feed.ts";
import { BalanceMakeup } from "./balance-makeup.tsx";
import { Dialog } from "./dialog.tsx";
import { EntryStep } from "./entry-step.tsx";
import { Icon } from "./icon.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";

const PAGE_SIZE = 200;

interface Props {
  readonly userId: string;
  /** The number of the entry that is looked at; 0 is the newest. */
  readonly number: number;
}

/** Why a balance is what it is: what it is made of, then entry by entry back to the task and the trace behind each. */
export function WhyBalance({ userId, number }: Props) {
  const log = usePages<Entry>(`why ${userId}`, (cursor, signal) =>
    get<Page<Entry>>(`/accounts/${userId}/entries`, { limit: PAGE_SIZE, cursor }, signal),
  );
  useFeed("account", (event) => event.userId === userId, log.reload);
  const found = number === 0 ? 0 : log.items.findIndex((entry) => entry.number === number);
  const entry = log.items[found];
  const earlier = log.items[found + 1];
  // until the entry is found; and the walk goes on past the pages that were read.
  useEffect(() => {
    if (found < 0 || earlier === undefined) log.more();
  }, [found, earlier === undefined, log.items.length]);
  const title =
    entry === undefined ? t("why") : t("why.balance", { balance: money(entry.balanceAfterMinor) });
  return (
    <Dialog shape="sheet" title={title} onClose={() => router.setQuery({ why: null })}>
      <div class="dialog-body">
        <ProblemNote problem={log.problem} onRetry={log.reload} />
        {entry === undefined ? (
          <Nothing isReading={log.loading || log.hasMore} />
        ) : (
          <>
            <BalanceMakeup entries={log.items.slice(found)} />
            <Walk earlier={earlier} later={log.items[found - 1]} />
            <EntryStep key={entry.id} entry={entry} userId={userId} />
          </>
        )}
      </div>
    </Dialog>
  );
}

function Nothing({ isReading }: { isReading: boolean }) {
  return isReading ? <Loading lines={6} /> : <p>{t("why.nothing")}</p>;
}

function Walk({ earlier, later }: { earlier: Entry | undefined; later: Entry | undefined }) {
  return (
    <div class="row">
      <StepButton entry={earlier} icon="down" label={t("why.earlier")} />
      <StepButton entry={later} icon="up" label={t("why.later")} />
    </div>
  );
}

function StepButton(props: { entry: Entry | undefined; icon: "down" | "up"; label: string }) {
  const { entry, icon, label } = props;
  return (
    <button
      type="button"
      class="button"
      disabled={entry === undefined}
      onClick={() => router.setQuery({ why: String(entry?.number) })}
    >
      <Icon name={icon} size={14} />
      {label}
    </button>
  );
}
