/** Settings of what payouts are paid by (PAY-2): the provider over HTTP, and the account that bank files are drawn on. */
import { isValidIBAN } from "ibantools";
import { ConfigError, optional, setting, text, url, whole } from "./setting.ts";

function iban(value: string): string {
  const plain = value.replaceAll(" ", "").toUpperCase();
  if (!isValidIBAN(plain)) throw new ConfigError("expected an IBAN whose check digits are right");
  return plain;
}

export const PAYMENT_SETTINGS = {
  paymentUrl: setting(
    "ATES_PAYMENT_URL",
    "",
    optional(url("http:", "https:")),
    "the payment provider's base URL, as `ates sandbox-bank` prints it; empty = a sandbox that pays at once and moves no money",
  ),
  paymentKey: setting(
    "ATES_PAYMENT_KEY",
    "sandbox",
    text(/^[\x21-\x7e]{1,200}$/, "a key"),
    "what the provider knows us by",
    true,
  ),
  paymentTimeoutMs: setting(
    "ATES_PAYMENT_TIMEOUT_MS",
    "8000",
    whole(10, 9_000),
    "ms that one exchange with the provider may take: two of them fit into a call's 20 s",
  ),
  paymentCallbackSecret: setting(
    "ATES_PAYMENT_CALLBACK_SECRET",
    "",
    optional(text(/^whsec_[A-Za-z0-9+/=]{32,}$/, "whsec_ and at least 24 bytes in base64")),
    "what the provider signs its calls with, by Standard Webhooks; empty = nobody may call, and payouts are asked for",
    true,
  ),
  companyIban: setting(
    "ATES_COMPANY_IBAN",
    "",
    optional(iban),
    "the account that bank files are drawn on; empty = no bank files",
  ),
} as const;
