/** Callers who each send a request, wait for the answer, and send the next: how long each waited, and how many a second. */
import { HttpConnection } from "./http-connection.ts";

export interface Called {
  readonly perSecond: number;
  readonly timesMs: readonly number[];
}

/** Sends all requests, each once; any answer but a 2xx that decides is an error. */
export async function callAll(
  port: number,
  callers: number,
  requests: readonly string[],
  after?: (index: number, sentMs: number) => Promise<void>,
): Promise<Called> {
  const connections = await Promise.all(Array.from({ length: callers }, () => HttpConnection.open(port)));
  const timesMs: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (let index = next++; index < requests.length; index = next++) {
          const sentMs = performance.now();
          const { status, body } = await connection.send(requests[index] ?? "");
          timesMs.push(performance.now() - sentMs);
          if (status !== 200 && status !== 201)
            throw new Error(`answered with ${status}: ${body.slice(0, 200)}`);
          await after?.(index, sentMs);
        }
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
  return { perSecond: requests.length / ((performance.now() - startedMs) / 1_000), timesMs };
}
