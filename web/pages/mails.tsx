import { MAIL_KINDS, MAIL_STATES } from "../../schemas/mail-kinds.ts";
import { get } from "../api/get.ts";
import type { Mail } from "../api/mails.ts";
import type { Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { t } from "../messages/t.ts";
import { Empty } from "../parts/empty.tsx";
import { Loading } from "../parts/loading.tsx";
import { MailsTable } from "../parts/mails-table.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { router } from "../router.ts";
import { useFeed } from "../store/use-feed.ts";

/** What was written to people, newest first, for accountants and admins: what bounced is seen, and sent again (PAY-5). */
export function MailsPage() {
  const query = router.query.value;
  const kind = MAIL_KINDS.find((known) => known === query.get("kind"));
  const state = MAIL_STATES.find((known) => known === query.get("state"));
  const mails = usePages<Mail>(`mails ${kind} ${state}`, (cursor, signal) =>
    get<Page<Mail>>("/mails", { kind, state, cursor }, signal),
  );
  useFeed("mail", () => true, mails.reload);
  const isFiltered = kind !== undefined || state !== undefined;
  return (
    <div class="page">
      <PageHead title={t("mails")} note={t("mails.note")} />
      <div class="toolbar">
        <Segmented
          label={t("state")}
          value={state ?? "all"}
          options={[
            { value: "all", label: t("mails.all-states") },
            ...MAIL_STATES.map((value) => ({ value, label: t(`mails.${value}`) })),
          ]}
          onChange={(value) => router.setQuery({ state: value === "all" ? null : value })}
        />
        <select
          class="input"
          aria-label={t("mails.kind")}
          value={kind ?? ""}
          onChange={(event) => router.setQuery({ kind: event.currentTarget.value })}
        >
          <option value="">{t("mails.all-kinds")}</option>
          {MAIL_KINDS.map((value) => (
            <option key={value} value={value}>
              {t(`mails.kind.${value}`)}
            </option>
          ))}
        </select>
      </div>
      <ProblemNote problem={mails.problem} onRetry={mails.reload} />
      {mails.items.length === 0 && mails.loading ? <Loading lines={6} /> : null}
      {mails.empty ? <NoMails isFiltered={isFiltered} /> : null}
      {mails.items.length === 0 ? null : <MailsTable mails={mails.items} onAsked={mails.reload} />}
      {mails.hasMore ? <MoreButton loading={mails.loading} onMore={mails.more} /> : null}
    </div>
  );
}

function NoMails({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <p class="faint">{t("mails.none-found")}</p>;
  return <Empty title={t("mails.none")}>{t("mails.none-why")}</Empty>;
}
