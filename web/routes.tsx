import type { VNode } from "preact";
import type { Me } from "./api/resources.ts";
import { lazy } from "./lazy.tsx";
import { BoardPage } from "./pages/board.tsx";
import { may } from "./rules/may.ts";

export interface Route {
  readonly path: RegExp;
  readonly who: (me: Me) => boolean;
  readonly page: (part: string) => VNode;
  /** Of a page whose code comes apart from the rest. */
  readonly ahead?: () => void;
}

const everyone = (): boolean => true;

// The board is what everybody opens; the other pages come when they are wanted.
const Account = lazy(() => import("./pages/account.tsx").then((page) => page.AccountPage));
const Accounts = lazy(() => import("./pages/accounts.tsx").then((page) => page.AccountsPage));
const Analytics = lazy(() => import("./pages/analytics.tsx").then((page) => page.AnalyticsPage));
const Corrections = lazy(() => import("./pages/corrections.tsx").then((page) => page.CorrectionsPage));
const Day = lazy(() => import("./pages/day.tsx").then((page) => page.DayPage));
const Days = lazy(() => import("./pages/days.tsx").then((page) => page.DaysPage));
const Earnings = lazy(() => import("./pages/earnings.tsx").then((page) => page.EarningsPage));
const Import = lazy(() => import("./pages/import.tsx").then((page) => page.ImportPage));
const Mails = lazy(() => import("./pages/mails.tsx").then((page) => page.MailsPage));
const Operations = lazy(() => import("./pages/operations.tsx").then((page) => page.OperationsPage));
const People = lazy(() => import("./pages/people.tsx").then((page) => page.PeoplePage));

const Schedules = lazy(() => import("./pages/schedules.tsx").then((page) => page.SchedulesPage));
const Reconciliation = lazy(() =>
  import("./pages/reconciliation.tsx").then((page) => page.ReconciliationPage),
);
const Profile = lazy(() => import("./pages/profile.tsx").then((page) => page.ProfilePage));

const Webhooks = lazy(() => import("./pages/webhooks.tsx").then((page) => page.WebhooksPage));

/** Every page: its address, and who may open it. */
export const routes: readonly Route[] = [
  { path: /^\/$/, who: everyone, page: () => <BoardPage /> },
  { path: /^\/account$/, who: everyone, page: () => <Account />, ahead: Account.ahead },
  { path: /^\/profile$/, who: everyone, page: () => <Profile />, ahead: Profile.ahead },
  { path: /^\/import$/, who: everyone, page: () => <Import />, ahead: Import.ahead },
  { path: /^\/days$/, who: may.seeCompany, page: () => <Days />, ahead: Days.ahead },
  {
    path: /^\/days\/(\d{4}-\d{2}-\d{2})$/,
    who: may.seeCompany,
    page: (businessDate) => <Day key={businessDate} businessDate={businessDate} />,
    ahead: Day.ahead,
  },
  { path: /^\/accounts$/, who: may.seeCompany, page: () => <Accounts />, ahead: Accounts.ahead },
  {
    path: /^\/accounts\/([\w-]+)$/,
    who: may.seeCompany,
    page: (userId) => <Account key={userId} userId={userId} />,
    ahead: Account.ahead,
  },
  { path: /^\/corrections$/, who: may.seeCompany, page: () => <Corrections />, ahead: Corrections.ahead },
  {
    path: /^\/reconciliation$/,
    who: may.seeCompany,
    page: () => <Reconciliation />,
    ahead: Reconciliation.ahead,
  },
  { path: /^\/mails$/, who: may.seeCompany, page: () => <Mails />, ahead: Mails.ahead },
  { path: /^\/earnings$/, who: may.seeCompany, page: () => <Earnings />, ahead: Earnings.ahead },
  { path: /^\/analytics$/, who: may.administer, page: () => <Analytics />, ahead: Analytics.ahead },
  { path: /^\/people$/, who: may.administer, page: () => <People />, ahead: People.ahead },
  { path: /^\/schedules$/, who: may.administer, page: () => <Schedules />, ahead: Schedules.ahead },
  { path: /^\/webhooks$/, who: may.administer, page: () => <Webhooks />, ahead: Webhooks.ahead },
  { path: /^\/operations$/, who: may.administer, page: () => <Operations />, ahead: Operations.ahead },
];
