import { signal } from "@preact/signals";

const query = matchMedia("(max-width: 50rem)");
const current = signal(query.matches);
query.addEventListener("change", () => {
  current.value = query.matches;
});

/** Whether the window is as narrow as a phone: the same bound as in the styles. */
export const narrow = current;
