import { signal } from "@preact/signals";

const isOpen = signal(false);

/** Whether the shuffle is being asked about: from its button, or from the palette on any page. */
export const shuffling = {
  isOpen,
  open(): void {
    isOpen.value = true;
  },
  close(): void {
    isOpen.value = false;
  },
};
