import { signal } from "@preact/signals";
import type { Task } from "../api/resources.ts";
import { tasks } from "./tasks.ts";

const chosen = signal<ReadonlySet<string>>(new Set());

/** The tasks a person has marked, to do the same with all of them. */
export const selection = {
  chosen,
  has: (id: string): boolean => chosen.value.has(id),
  toggle(id: string): void {
    const next = new Set(chosen.value);
    if (!next.delete(id)) next.add(id);
    chosen.value = next;
  },
  clear(): void {
    chosen.value = new Set();
  },
  tasks(): readonly Task[] {
    return [...chosen.value].map((id) => tasks.find(id)).filter((task) => task !== undefined);
  },
};
