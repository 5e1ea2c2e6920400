/**
 * The sockets of one pool to Postgres. pg can hang on a half-open connection, and TCP takes hours to notice: when the
 * server is found silent, all of them are cut at once, for they went the same way.
 */
import { Socket } from "node:net";

export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #silenceMs: number;

  /** A connection silent for `silenceMs` has a dead peer, or nothing to do, and is cut; 0 = never. */
  constructor(silenceMs = 0) {
    this.#silenceMs = silenceMs;
  }

  /** For pg's `stream`: a socket that is not connected yet. */
  readonly open = (): Socket => {
    const socket = new Socket();
    const ms = this.#silenceMs;
    if (ms > 0) socket.setTimeout(ms, () => socket.destroy(silence(`Postgres said nothing for ${ms} ms`)));
    socket.on("error", () => undefined); // pg hears of it, too; when it has let go of the socket nobody would
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    return socket;
  };

  /** What waits on one of them fails as for a server that is away, and the pools make new ones. */
  readonly cut = (): void => {
    for (const socket of this.#open) socket.destroy(silence("Postgres did not answer on this connection"));
  };
}

function silence(text: string): Error {
  return Object.assign(new Error(text), { code: "ETIMEDOUT" });
}
