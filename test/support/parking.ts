/** The parking of a partition without servers: limits short enough for a test. */
import { Parking, type RetryLimits } from "../../actors/runtime/parking.ts";
import type { Company } from "../../schemas/company.ts";
import type { Kind } from "../../streams/topology.ts";
import { COMPANY } from "./said.ts";

export const RETRIES: RetryLimits = { retryBaseMs: 1_000, retryMaxMs: 60_000, retryAttemptsMax: 3 };

export function testParking(
  {
    kind,
    afterLastAttempt,
  }: { readonly kind: Kind; readonly afterLastAttempt: (type: string) => "hold" | "skip" },
  company: Company = COMPANY,
  partition = 0,
): Parking {
  const lease = { kind, partition, epoch: 1 };
  return new Parking({ lease, company, limits: RETRIES, afterLastAttempt }, { parked: [], lastPlace: 0 });
}
