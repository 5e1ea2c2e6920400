import { useEffect } from "preact/hooks";
import { get } from "../api/get.ts";
import { type DeadLetter, LETTER_STATES } from "../api/operations.ts";
import type { Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { DeadLetterCard } from "./dead-letter-card.tsx";
import { Empty } from "./empty.tsx";
import { Loading } from "./loading.tsx";
import { MoreButton } from "./more-button.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Segmented } from "./segmented.tsx";

const ASK_WHILE_ASKED_MS = 1_000;

/** Messages that could not be handled, what changed last first. */
export function DeadLetters({ onAsked }: { onAsked: () => void }) {
  const asked = router.query.value.get("state");
  const state = LETTER_STATES.find((known) => known === asked);
  const letters = usePages<DeadLetter>(`letters ${state}`, (cursor, signal) =>
    get<Page<DeadLetter>>("/ops/dead-letters", { state, cursor }, signal),
  );
  // What is asked for the owner does within a second or two.
  const isAsked = letters.items.some(({ asked }) => asked !== null);
  useEffect(() => {
    if (!isAsked) return;
    const timer = setInterval(letters.reload, ASK_WHILE_ASKED_MS);
    return () => clearInterval(timer);
  }, [isAsked, letters.reload]);
  function askedFor(): void {
    letters.reload();
    onAsked();
  }
  return (
    <section aria-labelledby="letters">
      <div class="section-head">
        <h2 id="letters">{t("letters")}</h2>
        <Segmented
          label={t("state")}
          value={state ?? "all"}
          options={[
            { value: "all", label: t("letters.all") },
            ...LETTER_STATES.map((value) => ({ value, label: t(`letters.${value}`) })),
          ]}
          onChange={(value) => router.setQuery({ state: value === "all" ? null : value })}
        />
      </div>
      <ProblemNote problem={letters.problem} onRetry={letters.reload} />
      {letters.empty ? <Empty title={t("letters.none")}>{t("letters.none-why")}</Empty> : null}
      {letters.items.length === 0 && letters.loading ? <Loading lines={3} /> : null}
      <ul class="letters">
        {letters.items.map((letter) => (
          <DeadLetterCard key={letter.id} letter={letter} onAsked={askedFor} />
        ))}
      </ul>
      {letters.hasMore ? <MoreButton loading={letters.loading} onMore={letters.more} /> : null}
    </section>
  );
}
