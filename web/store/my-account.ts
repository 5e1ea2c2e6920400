import { signal } from "@preact/signals";
import { get } from "../api/get.ts";
import type { Account } from "../api/resources.ts";

const current = signal<Account | undefined>(undefined);

/** The balance beside one's name, on every page. A failure leaves the last known one. */
export const myAccount = {
  current,
  async load(): Promise<void> {
    current.value = await get<Account>("/accounts/me").catch(() => current.value);
  },
};
