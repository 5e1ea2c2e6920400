import { signal } from "@preact/signals";

const isOpen = signal(false);

/** Whether the create dialog is open: any page may open it. */
export const creating = {
  isOpen,
  open(): void {
    isOpen.value = true;
  },
  close(): void {
    isOpen.value = false;
  },
};
