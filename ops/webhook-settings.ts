/** Settings of webhooks (NOT-1): whom they may call, and how long their log is kept. */
import { addressRanges } from "../schemas/public-address.ts";
import { setting, whole } from "./setting.ts";

export const WEBHOOK_SETTINGS = {
  webhookPrivateRanges: setting(
    "ATES_WEBHOOK_PRIVATE_RANGES",
    "",
    addressRanges,
    "private ranges that webhooks may call, as 10.1.0.0/16,fd00::/8; empty = public addresses only",
  ),
  webhookLogDays: setting(
    "ATES_WEBHOOK_LOG_DAYS",
    "30",
    whole(1, 3_650),
    "days that ended deliveries of webhooks are kept, and can be sent again: a month, for whoever looks once in one",
  ),
} as const;
