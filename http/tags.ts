/** The parts of the API, in the order in which a reader meets them; each route names one. */
import type { Route } from "./route.ts";

const TAGS: Readonly<Record<string, string>> = {
  auth: "Log-in, refresh and log-out, and the public keys that verify access tokens (AUTH-1).",
  me: "Who is signed in: their own sessions and tokens (AUTH-3).",
  people: "People and their roles (AUTH-2 to AUTH-4).",
  company: "The company: its currency, its zone, its business date.",
  tasks: "The board: tasks, shuffle, import and export (TT-1 to TT-12).",
  views: "Saved views of the board.",
  jobs: "Long work and how far it has come (TT-6, TT-12).",
  commands: "What became of a command that was answered with a promise (EDGE-2).",
  accounts: "Accounts, their entries and statements, and the company's earnings (ACC-6 to ACC-8).",
  corrections: "Corrections and bonuses, by four eyes (ACC-5).",
  days: "Business dates and their close (DAY-1 to DAY-6).",
  payouts: "Payouts and their receipts (PAY-1 to PAY-5).",
  mails: "Mails to people, and how each stands (PAY-5, NOT-2).",
  analytics: "Reports for admins (AN-1 to AN-3).",
  webhooks: "Facts for other systems, and how each delivery went (NOT-1).",
  schedules: "What the company does by the clock (JOB-1).",
  feed: "What happens, as it happens, by server-sent events.",
  operations: "For operators: streams, dead letters, verification, the audit log (OPS-3, EVT-4).",
  health: "Probes of one process.",
  meta: "This interface, described.",
};

/** The tags that the routes name, in reading order; one without a description here has none in the document either. */
export function tagsOf(routes: readonly Route[]): { readonly name: string; readonly description?: string }[] {
  const order = Object.keys(TAGS);
  const used = [...new Set(routes.map(({ tag }) => tag))];
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return used
    .toSorted((a, b) => rank(a) - rank(b))
    .map((name) => ({ name, ...(TAGS[name] === undefined ? {} : { description: TAGS[name] }) }));
}
