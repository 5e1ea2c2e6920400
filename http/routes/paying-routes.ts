/** Every route of how payouts reach people: the provider's callback, bank files, bank accounts (PAY-1, PAY-2). */
import type { Route } from "../route.ts";
import { type BankAccountDeps, bankAccountRoutes } from "./bank-accounts.ts";
import { type BankFileDeps, bankFileRoutes } from "./bank-files.ts";
import { paymentCallbackRoute } from "./payment-callbacks.ts";

export interface PayingDeps extends BankAccountDeps, BankFileDeps {
  readonly paymentCallbackSecret: string | undefined;
}

export function payingRoutes(deps: PayingDeps): Route[] {
  const { database, paymentCallbackSecret: secret } = deps;
  return [paymentCallbackRoute({ database, secret }), ...bankFileRoutes(deps), ...bankAccountRoutes(deps)];
}
