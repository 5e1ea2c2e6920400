import type { VNode } from "preact";
import type { Me } from "./api/resources.ts";
import type { MessageKey } from "./messages/en.ts";
import { AccountPage } from "./pages/account.tsx";
import { AccountsPage } from "./pages/accounts.tsx";
import { AnalyticsPage } from "./pages/analytics.tsx";
import { BoardPage } from "./pages/board.tsx";
import { DayPage } from "./pages/day.tsx";
import { DaysPage } from "./pages/days.tsx";
import { EarningsPage } from "./pages/earnings.tsx";
import { PeoplePage } from "./pages/people.tsx";
import type { IconName } from "./parts/icon.tsx";
import { may } from "./rules/may.ts";

export interface Route {
  readonly path: RegExp;
  readonly who: (me: Me) => boolean;
  readonly page: (part: string) => VNode;
  /** Stands in the navigation. */
  readonly nav?: { readonly href: string; readonly label: MessageKey; readonly icon: IconName };
}

const everyone = (): boolean => true;

/** Every page: its address, who may open it, its place in the navigation. */
export const routes: readonly Route[] = [
  {
    path: /^\/$/,
    who: everyone,
    page: () => <BoardPage />,
    nav: { href: "/", label: "board", icon: "board" },
  },
  {
    path: /^\/account$/,
    who: everyone,
    page: () => <AccountPage />,
    nav: { href: "/account", label: "account.mine", icon: "wallet" },
  },
  {
    path: /^\/days$/,
    who: may.seeCompany,
    page: () => <DaysPage />,
    nav: { href: "/days", label: "days", icon: "days" },
  },
  {
    path: /^\/days\/(\d{4}-\d{2}-\d{2})$/,
    who: may.seeCompany,
    page: (businessDate) => <DayPage key={businessDate} businessDate={businessDate} />,
  },
  {
    path: /^\/accounts$/,
    who: may.seeCompany,
    page: () => <AccountsPage />,
    nav: { href: "/accounts", label: "accounts", icon: "accounts" },
  },
  {
    path: /^\/accounts\/([\w-]+)$/,
    who: may.seeCompany,
    page: (userId) => <AccountPage key={userId} userId={userId} />,
  },
  {
    path: /^\/earnings$/,
    who: may.seeCompany,
    page: () => <EarningsPage />,
    nav: { href: "/earnings", label: "earnings", icon: "earnings" },
  },
  {
    path: /^\/analytics$/,
    who: may.administer,
    page: () => <AnalyticsPage />,
    nav: { href: "/analytics", label: "analytics", icon: "analytics" },
  },
  {
    path: /^\/people$/,
    who: may.administer,
    page: () => <PeoplePage />,
    nav: { href: "/people", label: "people", icon: "people" },
  },
];
