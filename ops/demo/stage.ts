/** What all parts of the demo share: the people with their sessions, the books, the findings, the company's date. */
import type { Company, Earnings, Letter, TopTask, User } from "./answers.ts";
import type { ApiClient, Session } from "./api-client.ts";
import type { Books } from "./books.ts";
import type { Findings } from "./findings.ts";
import type { Narrator } from "./narrator.ts";

export interface Stage {
  readonly client: ApiClient;
  readonly mailboxUrl: string;
  readonly signal: AbortSignal;
  readonly narrator: Narrator;
  readonly findings: Findings;
  readonly books: Books;
  readonly company: Company;
  /** The business date that the demo works on and closes, and the one after it. */
  readonly date: string;
  readonly nextDate: string;
  readonly admin: Session;
  readonly manager: Session;
  readonly accountant: Session;
  /** Everybody in the company, those of before included, by id. */
  readonly people: ReadonlyMap<string, User>;
  /** Those whom the demo can sign in as, by id. */
  readonly sessions: ReadonlyMap<string, Session>;
  readonly before: Before;
}

/** How things stood on a system that was not empty. */
export interface Before {
  readonly earnings: Earnings;
  readonly topTasks: readonly TopTask[];
  readonly letterIds: ReadonlySet<string>;
}

/** Requests at a time: as many as a small office has. */
export const HANDS = 8;

export function nameOf(stage: Stage, userId: string): string {
  return stage.people.get(userId)?.name ?? userId;
}

/** Somebody to read the open board as: one after another, as no single person reads that much. */
export function readerOf(stage: Stage, index: number): Session {
  const sessions = [...stage.sessions.values()];
  return sessions[index % sessions.length] ?? stage.admin;
}

/** Letters that have come since the demo began. */
export async function newLetters({ mailboxUrl, before, signal }: Stage): Promise<Letter[]> {
  const { items } = await readMailbox(mailboxUrl, signal);
  return items.filter(({ id }) => !before.letterIds.has(id));
}

export async function readMailbox(
  mailboxUrl: string,
  signal: AbortSignal,
): Promise<{ items: readonly Letter[] }> {
  const response = await fetch(new URL("/messages.json", mailboxUrl), { signal });
  if (!response.ok) throw new Error(`the mailbox answered ${response.status}`);
  return (await response.json()) as { items: readonly Letter[] };
}
