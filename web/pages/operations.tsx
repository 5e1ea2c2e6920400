import { useEffect, useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { StreamsReport } from "../api/operations.ts";
import { useResource } from "../api/use-resource.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";
import { DeadLetters } from "../parts/dead-letters.tsx";
import { Deeds } from "../parts/deeds.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { PartitionsTable } from "../parts/partitions-table.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Stat } from "../parts/stat.tsx";
import { StreamsTable } from "../parts/streams-table.tsx";

const ASK_EVERY_MS = 5_000;

/** For admins: whether everything flows, what could not be handled, and what to do about it. */
export function OperationsPage() {
  const report = useResource("streams", (signal) => get<StreamsReport>("/ops/streams", {}, signal));
  const [done, setDone] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || report.reload(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [report.reload]);
  return (
    <div class="page">
      <PageHead title={t("operations")} note={t("operations.note")} />
      <ProblemNote problem={report.problem} onRetry={report.reload} />
      {report.data === undefined ? report.loading && <Loading lines={3} /> : <Health report={report.data} />}
      <DeadLetters onAsked={() => setDone((times) => times + 1)} />
      {report.data === undefined ? null : (
        <>
          <StreamsTable streams={report.data.streams} />
          <PartitionsTable partitions={report.data.partitions} />
        </>
      )}
      <Deeds round={done} />
    </div>
  );
}

function Health({ report }: { report: StreamsReport }) {
  const lag = report.streams
    .flatMap(({ groups }) => groups)
    .reduce((sum, { lag, commands }) => sum + lag + (commands ?? 0), 0);
  const owned = report.partitions.filter(({ isAlive }) => isAlive).length;
  const waiting = report.partitions.reduce((sum, { outboxRows }) => sum + outboxRows, 0);
  const hosts = new Set(report.partitions.flatMap(({ owner, isAlive }) => (isAlive && owner ? [owner] : [])));
  return (
    <dl class="stats">
      <Stat label={t("operations.lag")} note={t("operations.lag-note")}>
        {number(lag)}
      </Stat>
      <Stat label={t("operations.outbox")} note={t("operations.outbox-note")}>
        {number(waiting)}
      </Stat>
      <Stat label={t("operations.partitions")} note={t("operations.partitions-note")}>
        {t("progress.of", { done: owned, total: report.partitions.length })}
      </Stat>
      <Stat label={t("operations.hosts")}>{number(hosts.size)}</Stat>
    </dl>
  );
}
