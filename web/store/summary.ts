import { signal } from "@preact/signals";
import { get } from "../api/get.ts";
import type { TasksSummary } from "../api/resources.ts";
import { type BoardFilter, inApi, NO_FILTER } from "./board-filter.ts";
import { throttled } from "./throttled.ts";

const READ_EVERY_MS = 1_000;
const AS_TYPED_MS = 250;

const current = signal<TasksSummary | undefined>(undefined);
let asked: BoardFilter = NO_FILTER;
let reading = new AbortController();

const readAsTyped = throttled(AS_TYPED_MS, () => void read());

/** How many tasks there are for the filter in each column, and what they cost and bring. */
export const summary = {
  current,
  load(filter: BoardFilter): void {
    asked = filter;
    readAsTyped();
  },
  reload: throttled(READ_EVERY_MS, () => void read()),
};

/** A failure leaves the last figures: the columns themselves say what is wrong. */
async function read(): Promise<void> {
  reading.abort();
  reading = new AbortController();
  const { signal } = reading;
  const answer = await get<TasksSummary>("/tasks/summary", inApi(asked), signal).catch(() => undefined);
  if (answer !== undefined && !signal.aborted) current.value = answer;
}
