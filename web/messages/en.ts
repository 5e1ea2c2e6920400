import { admin } from "./en/admin.ts";
import { board } from "./en/board.ts";
import { everywhere } from "./en/everywhere.ts";
import { identity } from "./en/identity.ts";
import { imports } from "./en/imports.ts";
import { ledger } from "./en/ledger.ts";
import { mails } from "./en/mails.ts";
import { problems } from "./en/problems.ts";
import { schedules } from "./en/schedules.ts";
import { webhooks } from "./en/webhooks.ts";

/** Every text of the page in English, by the part of it they stand in. Patterns are ICU MessageFormat, as far as format-message.ts goes. */
export const en = {
  ...everywhere,
  ...board,
  ...ledger,
  ...imports,
  ...identity,
  ...admin,
  ...problems,
  ...schedules,
  ...webhooks,
  ...mails,
} as const;

export type MessageKey = keyof typeof en;

/** A table of another language has the same keys, no more and no fewer: the compiler says so. */
export type Messages = Readonly<Record<MessageKey, string>>;
