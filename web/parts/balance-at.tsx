import { useId } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Account } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { instantOf } from "../format/instant-of.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { company } from "../store/company.ts";
import { Amount } from "./amount.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Segmented } from "./segmented.tsx";

const BASES = ["effective", "recorded"] as const;

/** The balance at a moment (ACC-8), by the company's clock; kept in the URL, so that it can be shown to others. */
export function BalanceAt({ path }: { path: string }) {
  const id = useId();
  const query = router.query.value;
  const wall = query.get("at") ?? "";
  const basis = BASES.find((known) => known === query.get("basis")) ?? "effective";
  const { timeZone } = company.value;
  return (
    <section class="balance-at" aria-labelledby={`${id}-title`}>
      <div class="section-head">
        <h2 id={`${id}-title`}>{t("account.at")}</h2>
      </div>
      <div class="toolbar">
        <span class="date-input">
          <label for={id}>{t("account.at-when", { zone: timeZone })}</label>
          <input
            id={id}
            class="input"
            type="datetime-local"
            value={wall}
            onChange={(event) => router.setQuery({ at: event.currentTarget.value })}
          />
        </span>
        <Segmented
          label={t("account.at-basis")}
          value={basis}
          options={BASES.map((value) => ({ value, label: t(`account.at-basis.${value}`) }))}
          onChange={(value) => router.setQuery({ basis: value === "effective" ? null : value })}
        />
      </div>
      <Answer path={path} at={instantOf(wall, timeZone)} basis={basis} />
    </section>
  );
}

interface AnswerProps {
  readonly path: string;
  readonly at: string | undefined;
  readonly basis: (typeof BASES)[number];
}

function Answer({ path, at, basis }: AnswerProps) {
  const read = useResource(at === undefined ? null : `${path} ${at} ${basis}`, (signal) =>
    get<Account>(path, { at, basis }, signal),
  );
  const { data } = read;
  return (
    <>
      <p class="faint small">{t(`account.at-explained.${basis}`)}</p>
      <ProblemNote problem={read.problem} onRetry={read.reload} />
      {data === undefined ? null : (
        <p class="balance-then" role="status">
          <span class="stat-figure">
            <Amount minor={data.balanceMinor} tone />
          </span>{" "}
          <span class="faint small">
            {t("account.at-answer", {
              at: date.instant(data.asOf),
              date: date.business(data.businessDate, "row"),
            })}
          </span>
        </p>
      )}
    </>
  );
}
