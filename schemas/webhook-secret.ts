/**
 * The secret of a subscription (NOT-1), as the edge shows it and the gateway signs with it.
 *
 * A secret is derived of the installation's, so it stands in no table, no message and no log: the edge shows it once, in
 * the answer that makes it, and the gateway signs with it.
 */
import { createHmac } from "node:crypto";
import type { Uuid } from "./ids.ts";

/** As Standard Webhooks writes secrets: `whsec_` and 32 bytes in base64. */
export function webhookSecret(installationSecret: string, webhookId: Uuid, version: number): string {
  const hmac = createHmac("sha256", installationSecret);
  return `whsec_${hmac.update(["webhook secret", webhookId, version].join("\u0000")).digest("base64")}`;
}
