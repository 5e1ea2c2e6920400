/**
 * Placement: which live host should hold a partition, by rendezvous hashing. Every host computes the same answer from
 * the same list, and a host that joins or leaves moves only its own share.
 */
import { hash } from "node:crypto";
import type { Uuid } from "../../schemas/ids.ts";

/** The host with the highest hash for the partition; undefined when no host lives. Of one there is nothing to compare. */
export function targetOf(partitionName: string, hosts: readonly Uuid[]): Uuid | undefined {
  if (hosts.length < 2) return hosts[0];
  let best: Uuid | undefined;
  let bestScore = "";
  for (const host of hosts) {
    const score = hash("sha256", `${partitionName} ${host}`, "hex");
    if (best === undefined || score > bestScore) [best, bestScore] = [host, score];
  }
  return best;
}
