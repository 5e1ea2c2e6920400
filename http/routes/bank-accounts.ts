/**
 * Where a person's payouts go (PAY-2). Only the person says so: who could change it for others could turn their money
 * elsewhere. Beside them accountants and admins see it, who pay by it; nobody else does.
 */
import { readIban } from "../bank-file/iban.ts";
import type { Database } from "../database.ts";
import type { Load } from "../load.ts";
import { findBankAccount } from "../queries/bank-account.ts";
import { badRequest } from "../refusal.ts";
import type { JsonSchema, Route, RouteReply, RouteRequest } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { callerOf } from "./read-deps.ts";
import { FOREIGN, visibleOwner } from "./read-entries.ts";
import { answers, found } from "./reply.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { INSTANT, object, orNull, TEXT, UUID } from "./value-schemas.ts";

export interface BankAccountDeps extends CommandDeps {
  readonly database: Database;
  readonly load: Load;
}

const BANK_ACCOUNT = object({ iban: orNull(TEXT), holder: orNull(TEXT), changedAt: orNull(INSTANT) });
const CHANGED = object({ iban: TEXT, holder: TEXT });

const IBAN: JsonSchema = {
  type: "string",
  maxLength: 60,
  description: "As written, with or without spaces.",
};
const HOLDER: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 140,
  pattern: "\\S",
  description: "The holder's name as the bank knows it.",
};

export function bankAccountRoutes(deps: BankAccountDeps): Route[] {
  return [readRoute(deps), changeRoute(deps)];
}

function readRoute({ database }: BankAccountDeps): Route {
  return {
    method: "GET",
    path: "/accounts/{userId}/bank-account",
    tag: "accounts",
    summary:
      "Where a person's payouts go: one's own; anybody's, for accountants and admins; nulls when it is not known",
    access: "signed-in",
    params: { userId: UUID },
    responses: { ...answers("The bank account", BANK_ACCOUNT), ...FOREIGN },
    handle: async (request) => found(await findBankAccount(database, visibleOwner(request))),
  };
}

function changeRoute(deps: BankAccountDeps): Route {
  const route = { method: "PATCH", path: "/me/bank-account" } as const;
  return {
    ...route,
    tag: "people",
    summary: "Say where one's payouts go from now on; those under way go where they were sent",
    access: "signed-in",
    load: deps.load,
    idempotencyKey: "optional",
    body: object({ iban: IBAN, holder: HOLDER }),
    responses: commandAnswers({ 200: { description: "The bank account as it is now.", schema: CHANGED } }),
    handle: (request) => change(deps, route, request),
  };
}

async function change(
  deps: BankAccountDeps,
  route: Pick<Route, "method" | "path">,
  request: RouteRequest,
): Promise<RouteReply> {
  const { iban: written, holder } = request.body as { readonly iban: string; readonly holder: string };
  const read = readIban(written);
  if ("problem" in read) throw badRequest([{ pointer: "/iban", detail: read.problem }]);
  const data = { iban: read.iban, holder: holder.trim() };
  const subject = `user/${callerOf(request).id}`;
  return sendCommand(deps, route, request, { topic: "directory", type: "payee.change", subject, data }, data);
}
