/**
 * The sandbox bank's faults: which, and how often each, as parts of one. Draws are keyed by seed, payment and request, so
 * that a run can be run again and nobody's luck depends on who came first.
 */
import { createHash } from "node:crypto";

export const FAULT_NAMES = ["slow", "error", "silent", "late", "bounce", "reject", "lost"] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** Of requests: slow, error, silent. Of payments: late, bounce, reject. Of callbacks: lost. What is not named does not happen. */
export type Faults = Readonly<Partial<Record<FaultName, number>>>;

export const FAULT_WORDS: Readonly<Record<FaultName, string>> = {
  slow: "answers later than anybody waits",
  error: "answers 503 and does nothing",
  silent: "does what it is asked and cuts the line without an answer",
  late: "has the payment pending for a while before it pays",
  bounce: "pays, and brings the money back later",
  reject: "refuses the payment for good",
  lost: "takes a callback for made that nobody has heard",
};

/** `slow=0.1,late=0.05`, or throws a sentence that says what was expected. */
export function parseFaults(text: string): Faults {
  const pairs = text
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  return checkedFaults(Object.fromEntries(pairs.map((pair) => pair.split("=").map((part) => part.trim()))));
}

export function checkedFaults(candidate: unknown): Faults {
  if (typeof candidate !== "object" || candidate === null || Array.isArray(candidate))
    throw expected(candidate);
  const faults: Partial<Record<FaultName, number>> = {};
  for (const [name, value] of Object.entries(candidate)) {
    const share = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    const isShare = typeof share === "number" && share >= 0 && share <= 1;
    if (!FAULT_NAMES.includes(name as FaultName) || !isShare) throw expected({ [name]: value });
    faults[name as FaultName] = share;
  }
  return faults;
}

function expected(got: unknown): Error {
  return new Error(
    `expected faults as ${FAULT_NAMES.join(", ")} with a share of 0 to 1, got ${JSON.stringify(got)}`,
  );
}

/** The fault that befalls, of those named; undefined = none. At most one. */
export function draw(
  faults: Faults,
  among: readonly FaultName[],
  seed: number,
  ...words: readonly (string | number)[]
): FaultName | undefined {
  let luck = chance(seed, words);
  for (const name of among) {
    luck -= faults[name] ?? 0;
    if (luck < 0) return name;
  }
  return undefined;
}

const UINT32 = 2 ** 32;

function chance(seed: number, words: readonly (string | number)[]): number {
  const digest = createHash("sha256")
    .update([seed, ...words].join("\n"))
    .digest();
  return digest.readUInt32BE(0) / UINT32;
}
