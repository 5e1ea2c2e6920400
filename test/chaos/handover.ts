/** The pause of each partition in a hand-over: from its old owner's last message to its new owner's first. */
import type { Installation } from "./installation.ts";

/** Since `sinceMs` (the machine's clock), from the process `pid`; in ms, one per partition that has a new owner. */
export function handoverPauses({ seen }: Installation, pid: number, sinceMs: number): number[] {
  const ended = seen.filter((each) => each.event === "ended" && each.pid === pid && each.atMs >= sinceMs);
  return ended.flatMap(({ partition, atMs }) => {
    const next = seen.find(
      (each) =>
        each.event === "opened" && each.partition === partition && each.atMs >= atMs && each.pid !== pid,
    );
    return next === undefined ? [] : [next.atMs - atMs];
  });
}
