import { signal } from "@preact/signals";

/** How many dialogs lie on one another. All but the topmost are inert, and so is the page below. */
export const dialogs = { depth: signal(0) };
