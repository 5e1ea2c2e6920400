import { signal } from "@preact/signals";

interface Draft {
  readonly title: string;
  readonly jiraId: string;
  readonly description: string;
}

const BLANK: Draft = { title: "", jiraId: "", description: "" };

const isOpen = signal(false);
let first: Draft = BLANK;
let typed: Draft | undefined;

/** Whether the create dialog is open: any page may open it. What is typed in it outlives it until it is sent. */
export const creating = {
  isOpen,
  open(draft: Draft = BLANK): void {
    first = draft;
    typed = draft;
    isOpen.value = true;
  },
  close(): void {
    isOpen.value = false;
  },
  begin: (): Draft => first,
  keep(draft: Draft | undefined): void {
    typed = draft;
  },
  kept: (): Draft | undefined => typed,
};
