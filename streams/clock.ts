/** Time as an argument: the machine's in production, virtual in a simulation. */
export interface Clock {
  /** What the wall clock says: it may be set, forwards and backwards. For moments that others see. */
  nowMs(): number;
  /** Runs on evenly whatever is done to the wall clock. For durations. */
  monotonicMs(): number;
  /** Calls back once after the delay; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back once, when input and output that is ready has had its turn. */
  soon(callback: () => void): void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
};
