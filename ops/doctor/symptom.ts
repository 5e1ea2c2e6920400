/** What the doctor found about one thing. */

export interface Symptom {
  readonly state: "ok" | "warn" | "FAIL";
  readonly about: string;
  readonly says: string;
  /** What to do about it; for everything that is not ok. */
  readonly advice?: string;
}

export const ok = (about: string, says: string): Symptom => ({ state: "ok", about, says });
export const warn = (about: string, says: string, advice: string): Symptom => ({
  state: "warn",
  about,
  says,
  advice,
});
export const fail = (about: string, says: string, advice: string): Symptom => ({
  state: "FAIL",
  about,
  says,
  advice,
});

export function lineOf({ state, about, says, advice }: Symptom): string {
  const found = `${state.padEnd(4)}  ${about.padEnd(12)}  ${says}`;
  return advice === undefined ? found : `${found}\n      ${"".padEnd(12)}  → ${advice}`;
}
