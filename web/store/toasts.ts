import { signal } from "@preact/signals";
import { Problem } from "../api/problem.ts";
import { problemText } from "../messages/problem-text.ts";

/** What can still be done about it, for as long as the toast stands. */
export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "problem";
  readonly text: string;
  readonly action: ToastAction | undefined;
}

const DONE_SHOWN_MS = 5_000;
const PROBLEM_SHOWN_MS = 10_000;
const UNDO_SHOWN_MS = 10_000;
const TOASTS_MAX = 4;

let lastId = 0;
const shown = signal<readonly Toast[]>([]);

function show(kind: Toast["kind"], text: string, ms: number, action?: ToastAction): void {
  lastId += 1;
  const toast: Toast = { id: lastId, kind, text, action };
  shown.value = [...shown.value, toast].slice(-TOASTS_MAX);
  setTimeout(() => toasts.dismiss(toast.id), ms);
}

export const toasts = {
  shown,
  done: (text: string): void => show("done", text, DONE_SHOWN_MS),
  problem: (thrown: unknown): void => show("problem", problemText(Problem.of(thrown)), PROBLEM_SHOWN_MS),
  say: (kind: Toast["kind"], text: string): void => show(kind, text, PROBLEM_SHOWN_MS),
  /** For what the rules let one take back: never money. */
  undoable: (text: string, action: ToastAction): void => show("done", text, UNDO_SHOWN_MS, action),
  dismiss(id: number): void {
    shown.value = shown.value.filter((toast) => toast.id !== id);
  },
};
