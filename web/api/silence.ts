import { signal } from "@preact/signals";

/** How many reads met silence so far: they failed, or were answered by what was last known. */
export const silence = signal(0);
