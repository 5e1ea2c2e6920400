/** People and settled payouts as their owners state them. */
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { PayoutSettledV1, UserRegisteredV1 } from "../../../schemas/generated/messages.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { message } from "../payment/one-partition.ts";
import { requested } from "../payment/payouts.ts";

const AT = "2026-10-05T08:00:00.000Z";

export function registered(change: Partial<UserRegisteredV1> = {}): Envelope<"user.registered"> {
  return message("user.registered", {
    userId: newUuid() as UserId,
    email: "kea@test.local",
    name: "Kea Parrot",
    role: "employee",
    locale: "en",
    notifications: { assigned: true, receipt: true, statement: true },
    occurredAt: AT,
    ...change,
  });
}

export function changed(
  { data }: Envelope<"user.registered">,
  change: Partial<Pick<UserRegisteredV1, "name" | "locale">> & { readonly receipt?: boolean },
): Envelope<"user.profile-changed"> {
  const { userId, name, locale, notifications } = data;
  const { receipt = notifications.receipt, ...profile } = change;
  const wanted = { ...notifications, receipt };
  return message("user.profile-changed", {
    userId,
    name,
    locale,
    notifications: wanted,
    occurredAt: AT,
    ...profile,
  });
}

export function settled(
  userId: UserId,
  date = "2026-10-05",
  change: Partial<PayoutSettledV1> = {},
): Envelope<"payout.settled"> {
  const payout = requested({ accountId: userId, businessDate: date as BusinessDate });
  return message("payout.settled", { ...payout, ...change });
}
