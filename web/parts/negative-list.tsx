import { get } from "../api/get.ts";
import type { Negative } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { company } from "../store/company.ts";
import { useFeed } from "../store/use-feed.ts";
import { Amount } from "./amount.tsx";
import { Avatar } from "./avatar.tsx";
import { DownloadButton } from "./download-button.tsx";
import { Link } from "./link.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";

/** Who is below zero: now, or at the close of a past day. */
export function NegativeList() {
  const asked = router.query.value.get("at") ?? "";
  const negative = useResource(`negative ${asked}`, (signal) =>
    get<Negative>("/analytics/negative", { date: asked }, signal),
  );
  useFeed("account", () => asked === "", negative.reload);
  const { data } = negative;
  return (
    <section aria-labelledby="negative">
      <div class="section-head">
        <h2 id="negative">{t("negative")}</h2>
        <div class="row">
          <span class="date-input">
            <label for="negative-at">{t("negative.at")}</label>
            <input
              id="negative-at"
              class="input"
              type="date"
              max={company.value.businessDate}
              value={asked}
              onChange={(event) => router.setQuery({ at: event.currentTarget.value })}
            />
          </span>
          <DownloadButton label={t("download.csv")} path="/analytics/negative.csv" query={{ date: asked }} />
        </div>
      </div>
      <ProblemNote problem={negative.problem} onRetry={negative.reload} />
      {data === undefined && negative.loading ? <Loading lines={3} /> : null}
      {data === undefined ? null : <p class="faint table-note">{t("negative.count", { n: data.count })}</p>}
      {data === undefined || data.items.length === 0 ? null : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("person")}</th>
              <th scope="col" class="number">
                {t("account.balance")}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((item) => (
              <tr key={item.userId}>
                <td>
                  <Link href={`/accounts/${item.userId}`} class="who">
                    <Avatar id={item.userId} name={item.name} />
                    {item.name}
                  </Link>
                </td>
                <td class="number">
                  <Amount minor={item.balanceMinor} tone />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
