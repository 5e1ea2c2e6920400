import type { StreamStatus } from "../api/operations.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";

interface Row {
  readonly topic: string;
  readonly group: string;
  readonly entries: number | null;
  readonly behind: number;
}

/** Every topic with the groups that read it, over all its partitions; those that are behind come first. */
export function StreamsTable({ streams }: { streams: readonly StreamStatus[] }) {
  const rows = byTopic(streams);
  return (
    <section aria-labelledby="streams">
      <div class="section-head">
        <h2 id="streams">{t("operations.streams")}</h2>
      </div>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("operations.stream")}</th>
            <th scope="col">{t("operations.group")}</th>
            <th scope="col" class="number wide-only">
              {t("operations.length")}
            </th>
            <th scope="col" class="number">
              {t("operations.lag")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.topic} ${row.group}`}>
              <td>
                <code>{row.topic}</code>
              </td>
              <td>{row.group}</td>
              <td class="number wide-only faint">{row.entries === null ? "—" : number(row.entries)}</td>
              <td class={`number${row.behind > 0 ? " waiting" : ""}`}>{number(row.behind)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function byTopic(streams: readonly StreamStatus[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { stream, length, groups } of streams) {
    const topic = stream.replace(/\/\d+$/, "");
    for (const { group, lag, commands } of groups) {
      const sofar = rows.get(`${topic} ${group}`);
      const entries = length === null || sofar?.entries === null ? null : length + (sofar?.entries ?? 0);
      const behind = lag + (commands ?? 0) + (sofar?.behind ?? 0);
      rows.set(`${topic} ${group}`, { topic, group, entries, behind });
    }
  }
  return [...rows.values()].sort((a, b) => b.behind - a.behind || a.topic.localeCompare(b.topic));
}
