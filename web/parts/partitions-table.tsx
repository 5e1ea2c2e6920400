import type { PartitionStatus } from "../api/operations.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";

/** Who owns what, by kind; a partition nobody alive owns is named. */
export function PartitionsTable({ partitions }: { partitions: readonly PartitionStatus[] }) {
  const kinds = [...Map.groupBy(partitions, ({ kind }) => kind)].sort(([a], [b]) => a.localeCompare(b));
  return (
    <section aria-labelledby="partitions">
      <div class="section-head">
        <h2 id="partitions">{t("operations.partitions")}</h2>
      </div>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("operations.kind")}</th>
            <th scope="col" class="number">
              {t("operations.owned")}
            </th>
            <th scope="col" class="number wide-only">
              {t("operations.outbox")}
            </th>
            <th scope="col">{t("operations.orphans")}</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(([kind, ofKind]) => (
            <KindRow key={kind} kind={kind} partitions={ofKind} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function KindRow({ kind, partitions }: { kind: string; partitions: readonly PartitionStatus[] }) {
  const orphans = partitions.filter(({ isAlive }) => !isAlive);
  const waiting = partitions.reduce((sum, { outboxRows }) => sum + outboxRows, 0);
  const owned = partitions.length - orphans.length;
  return (
    <tr>
      <td>{kind}</td>
      <td class="number">{t("progress.of", { done: owned, total: partitions.length })}</td>
      <td class="number wide-only faint">{number(waiting)}</td>
      <td>
        {orphans.length === 0 ? (
          <span class="faint">—</span>
        ) : (
          <span class="state held">{orphans.map(({ partition }) => partition).join(", ")}</span>
        )}
      </td>
    </tr>
  );
}
