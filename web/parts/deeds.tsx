import { get } from "../api/get.ts";
import type { Deed } from "../api/operations.ts";
import type { Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { DownloadButton } from "./download-button.tsx";
import { MoreButton } from "./more-button.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Trace } from "./trace.tsx";

type Row = Omit<Deed, "id"> & { readonly id: string };

/** What operators did, to what and why, newest first; `round` grows when something was done here. */
export function Deeds({ round }: { round: number }) {
  const deeds = usePages<Row>(`deeds ${round}`, async (cursor, signal) => {
    const page = await get<Page<Deed>>("/ops/audit", { cursor }, signal);
    return { ...page, items: page.items.map((deed) => ({ ...deed, id: String(deed.id) })) };
  });
  if (deeds.items.length === 0 && deeds.problem === undefined) return null;
  return (
    <section aria-labelledby="deeds">
      <div class="section-head">
        <h2 id="deeds">{t("deeds")}</h2>
        <DownloadButton label={t("deeds.export")} path="/ops/audit.csv" />
      </div>
      <ProblemNote problem={deeds.problem} onRetry={deeds.reload} />
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("deeds.what")}</th>
            <th scope="col">{t("deeds.by")}</th>
            <th scope="col" class="wide-only">
              {t("deeds.why")}
            </th>
            <th scope="col" class="wide-only">
              {t("time")}
            </th>
            <th scope="col" class="wide-only">
              {t("trace")}
            </th>
          </tr>
        </thead>
        <tbody>
          {deeds.items.map((deed) => (
            <DeedRow key={deed.id} deed={deed} />
          ))}
        </tbody>
      </table>
      {deeds.hasMore ? <MoreButton loading={deeds.loading} onMore={deeds.more} /> : null}
    </section>
  );
}

function DeedRow({ deed }: { deed: Row }) {
  return (
    <tr>
      <td>
        <strong>{deed.action}</strong> <code class="deed-subject">{deed.subject}</code>
      </td>
      <td>{deed.by.name}</td>
      <td class="wide-only">{deed.reason ?? <span class="faint">—</span>}</td>
      <td class="wide-only faint">{date.moment(deed.at)}</td>
      <td class="wide-only">
        <Trace id={deed.traceId} />
      </td>
    </tr>
  );
}
