import { signal } from "@preact/signals";
import { get } from "../api/get.ts";
import { lastKnown } from "../api/last-known.ts";
import type { Company } from "../api/resources.ts";

const current = signal<Company | undefined>(undefined);

/** Loaded before any page is shown, so pages may rely on it. */
export const company = {
  get value(): Company {
    if (current.value === undefined) throw new Error("the company is not loaded yet");
    return current.value;
  },
  /** As it was when it was read last on this device; false: it never was. */
  async recall(): Promise<boolean> {
    const known = await lastKnown.find<Company>("/company");
    current.value ??= known;
    return current.value !== undefined;
  },
  async load(): Promise<Company> {
    const answer = await get<Company>("/company");
    // What is the same again draws nothing anew: every amount hangs on it.
    if (JSON.stringify(answer) !== JSON.stringify(current.value)) current.value = answer;
    return answer;
  },
};
