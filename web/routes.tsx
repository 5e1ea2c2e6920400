import type { VNode } from "preact";
import type { Me } from "./api/resources.ts";
import { lazy } from "./lazy.tsx";
import { BoardPage } from "./pages/board.tsx";
import { may } from "./rules/may.ts";

export interface Route {
  readonly path: RegExp;
  readonly who: (me: Me) => boolean;
  readonly page: (part: string) => VNode;
}

const everyone = (): boolean => true;

// The board is what everybody opens; the other pages come when they are wanted.
const Account = lazy(() => import("./pages/account.tsx").then((page) => page.AccountPage));
const Accounts = lazy(() => import("./pages/accounts.tsx").then((page) => page.AccountsPage));
const Analytics = lazy(() => import("./pages/analytics.tsx").then((page) => page.AnalyticsPage));
const Day = lazy(() => import("./pages/day.tsx").then((page) => page.DayPage));
const Days = lazy(() => import("./pages/days.tsx").then((page) => page.DaysPage));
const Earnings = lazy(() => import("./pages/earnings.tsx").then((page) => page.EarningsPage));
const Import = lazy(() => import("./pages/import.tsx").then((page) => page.ImportPage));
const Operations = lazy(() => import("./pages/operations.tsx").then((page) => page.OperationsPage));
const People = lazy(() => import("./pages/people.tsx").then((page) => page.PeoplePage));

const Profile = lazy(() => import("./pages/profile.tsx").then((page) => page.ProfilePage));

/** Every page: its address, and who may open it. */
export const routes: readonly Route[] = [
  { path: /^\/$/, who: everyone, page: () => <BoardPage /> },
  { path: /^\/account$/, who: everyone, page: () => <Account /> },
  { path: /^\/profile$/, who: everyone, page: () => <Profile /> },
  { path: /^\/import$/, who: everyone, page: () => <Import /> },
  { path: /^\/days$/, who: may.seeCompany, page: () => <Days /> },
  {
    path: /^\/days\/(\d{4}-\d{2}-\d{2})$/,
    who: may.seeCompany,
    page: (businessDate) => <Day key={businessDate} businessDate={businessDate} />,
  },
  { path: /^\/accounts$/, who: may.seeCompany, page: () => <Accounts /> },
  {
    path: /^\/accounts\/([\w-]+)$/,
    who: may.seeCompany,
    page: (userId) => <Account key={userId} userId={userId} />,
  },
  { path: /^\/earnings$/, who: may.seeCompany, page: () => <Earnings /> },
  { path: /^\/analytics$/, who: may.administer, page: () => <Analytics /> },
  { path: /^\/people$/, who: may.administer, page: () => <People /> },
  { path: /^\/operations$/, who: may.administer, page: () => <Operations /> },
];
