/** A payment order as the sandbox bank takes it: what is wrong with it is said in one sentence. */
import { isValidIBAN } from "ibantools";
import type { Order } from "./books.ts";

export type ReadOrder = { readonly order: Order } | { readonly problem: string };

export function readOrder(text: string, idempotencyKey: string | undefined): ReadOrder {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { problem: "expected a JSON body" };
  }
  const {
    reference,
    amountMinor,
    currency,
    creditor,
    remittance = "",
  } = (body ?? {}) as Partial<Record<keyof Order, unknown>>;
  const { name, iban } = (creditor ?? {}) as { name?: unknown; iban?: unknown };
  if (typeof reference !== "string" || !/^[\w-]{1,64}$/.test(reference))
    return { problem: "reference: expected 1 to 64 letters, digits, - and _" };
  if (idempotencyKey !== reference) return { problem: "Idempotency-Key: expected the reference" };
  if (typeof amountMinor !== "number" || !Number.isSafeInteger(amountMinor) || amountMinor <= 0)
    return { problem: "amountMinor: expected a whole number above 0" };
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency))
    return { problem: "currency: expected a code of ISO 4217" };
  if (typeof name !== "string" || name.trim() === "" || typeof iban !== "string")
    return { problem: "creditor: expected a name and an iban" };
  const order = {
    reference,
    amountMinor,
    currency,
    creditor: { name, iban },
    remittance: String(remittance),
  };
  return { order };
}

/** The bank's own judgement of where it is to pay to: no fault of the order's form, and final. */
export function refusalOf({ creditor }: Order): string | null {
  return isValidIBAN(creditor.iban) ? null : `AC01: ${creditor.iban} is no IBAN.`;
}
