/**
 * What one edge process takes on at the most; beyond it requests are refused at once, and nothing queues (EDGE-3).
 * These are the defaults; ops/config.ts makes a setting of each.
 */
export interface EdgeLimits {
  /** Commands of one topic on their way: memory of some 10 KiB each. */
  readonly commandsInFlightMax: number;
  /** So many are always let in: what a board decides within a few batches, however slow it was just now. */
  readonly commandsInFlightMin: number;
  /** Milliseconds a command may wait for those before it: a tenth of the 5 s that a request waits for its answer. */
  readonly commandWaitMsMax: number;
  /** Milliseconds that the oldest undecided command of a topic may be old, of all edges: longer than a takeover's 6 s. */
  readonly commandAgeMsMax: number;
  /** Facts of the board that accounts have not posted: some 600 MiB of outbox and streams, five shuffles of 100,000 tasks. */
  readonly factsBehindMax: number;
  /** Reads at a time: ten connections with fifty in line for each. */
  readonly readsInProgressMax: number;
  /** Log-ins at a time: passwords are slow on purpose, some 50 ms of a core; so many are answered within a second. */
  readonly loginsInProgressMax: number;
  /** Requests at a time, all together: above the limits of their kinds, below what memory holds. */
  readonly requestsInProgressMax: number;
  /** Bytes of bodies in memory, all together: sixty-four of the longest. */
  readonly bodiesBytesMax: number;
  /** Connections, feeds included: below the usual limit of open files. */
  readonly connectionsMax: number;
  /** Open feeds: half of the connections, so that requests find one. */
  readonly feedListenersMax: number;
}

export const EDGE_LIMITS: EdgeLimits = {
  commandsInFlightMax: 2_000,
  commandsInFlightMin: 64,
  commandWaitMsMax: 500,
  commandAgeMsMax: 10_000,
  factsBehindMax: 500_000,
  readsInProgressMax: 500,
  loginsInProgressMax: 32,
  requestsInProgressMax: 4_000,
  bodiesBytesMax: 64 * 1024 * 1024,
  connectionsMax: 10_000,
  feedListenersMax: 5_000,
};
