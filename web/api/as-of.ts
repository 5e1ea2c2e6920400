import { signal } from "@preact/signals";

/** Of when the last answer was, while the server can only read; undefined when it is of now. */
export const asOf = signal<string | undefined>(undefined);
