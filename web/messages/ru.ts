import type { Messages } from "./en.ts";
import { admin } from "./ru/admin.ts";
import { board } from "./ru/board.ts";
import { everywhere } from "./ru/everywhere.ts";
import { identity } from "./ru/identity.ts";
import { imports } from "./ru/imports.ts";
import { ledger } from "./ru/ledger.ts";
import { mails } from "./ru/mails.ts";
import { problems } from "./ru/problems.ts";
import { schedules } from "./ru/schedules.ts";
import { webhooks } from "./ru/webhooks.ts";

/** Every text of the page in Russian. */
export const ru: Messages = {
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
};
