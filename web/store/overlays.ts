import { signal } from "@preact/signals";

/** What can lie over any page, asked for by a key or a button: the palette of commands, and the list of keys. */
export const overlays = { palette: signal(false), help: signal(false) };
