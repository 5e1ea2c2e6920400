import type { Me } from "./api/resources.ts";
import type { MessageKey } from "./messages/en.ts";
import type { IconName } from "./parts/icon-names.ts";
import { may } from "./rules/may.ts";

export interface Place {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: IconName;
  readonly who: (me: Me) => boolean;
}

const everyone = (): boolean => true;

/** What stands in the navigation, in its order, and who may go there. */
export const places: readonly Place[] = [
  { href: "/", label: "board", icon: "board", who: everyone },
  { href: "/account", label: "account.mine", icon: "wallet", who: everyone },
  { href: "/import", label: "import", icon: "import", who: everyone },
  { href: "/days", label: "days", icon: "days", who: may.seeCompany },
  { href: "/accounts", label: "accounts", icon: "accounts", who: may.seeCompany },
  { href: "/corrections", label: "corrections", icon: "edit", who: may.seeCompany },
  { href: "/reconciliation", label: "reconciliation", icon: "check", who: may.seeCompany },
  { href: "/mails", label: "mails", icon: "mail", who: may.seeCompany },
  { href: "/earnings", label: "earnings", icon: "earnings", who: may.seeCompany },
  { href: "/analytics", label: "analytics", icon: "analytics", who: may.administer },
  { href: "/people", label: "people", icon: "people", who: may.administer },
  { href: "/schedules", label: "schedules", icon: "pending", who: may.administer },
  { href: "/webhooks", label: "webhooks", icon: "export", who: may.administer },
  { href: "/operations", label: "operations", icon: "operations", who: may.administer },
];
