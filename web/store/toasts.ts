import { signal } from "@preact/signals";
import { Problem } from "../api/problem.ts";
import { problemText } from "../messages/problem-text.ts";

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "problem";
  readonly text: string;
}

const DONE_SHOWN_MS = 5_000;
const PROBLEM_SHOWN_MS = 10_000;
const TOASTS_MAX = 4;

let lastId = 0;
const shown = signal<readonly Toast[]>([]);

function show(kind: Toast["kind"], text: string): void {
  lastId += 1;
  const toast = { id: lastId, kind, text };
  shown.value = [...shown.value, toast].slice(-TOASTS_MAX);
  setTimeout(() => toasts.dismiss(toast.id), kind === "done" ? DONE_SHOWN_MS : PROBLEM_SHOWN_MS);
}

export const toasts = {
  shown,
  done: (text: string): void => show("done", text),
  problem: (thrown: unknown): void => show("problem", problemText(Problem.of(thrown))),
  dismiss(id: number): void {
    shown.value = shown.value.filter((toast) => toast.id !== id);
  },
};
