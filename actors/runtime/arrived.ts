/** Entries of streams as they come in; who still sends old versions is counted here (EVT-3), before they are upcast away. */
import type { Entry } from "../../streams/reader.ts";
import { type Incoming, incoming } from "./incoming.ts";
import type { RuntimeMetrics } from "./metrics.ts";

export function arrived(
  entries: readonly Entry[],
  wanted: ReadonlySet<string>,
  metrics: Pick<RuntimeMetrics, "old">,
): Incoming[] {
  return entries.map((entry) => {
    const item = incoming(entry.payload ?? "", { entry }, wanted);
    const { head, message } = item;
    if (message !== undefined && head.dataschema !== message.dataschema)
      metrics.old(String(head.dataschema), String(head.source));
    return item;
  });
}
