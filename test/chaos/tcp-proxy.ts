/**
 * A TCP proxy of our own: one per process and server, so that a fault hits one link. Its port stays the same whatever
 * the server behind it does.
 *
 * Faults: `cut` ends what is open; the others last until `heal`. Bytes are never lost in the middle of a connection
 * that goes on: where a fault swallows some, the connection is ended when it is healed, as a real one would be.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { loopback } from "../../ops/embedded/free-port.ts";

export type LinkFault =
  /** Nobody listens; what is open is ended. */
  | { readonly kind: "refuse" }
  /** Connections are taken and everything in them is swallowed, both ways. */
  | { readonly kind: "half-open" }
  /** The server hears everything and its answers are lost: so may be that to a commit. */
  | { readonly kind: "answers-lost" }
  /** Nothing moves, and nothing is lost: it comes late. */
  | { readonly kind: "stalled" }
  | { readonly kind: "delayed"; readonly delayMs: number }
  | { readonly kind: "throttled"; readonly bytesPerSecond: number };

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  swallowed: boolean;
}

const THROTTLE_EVERY_MS = 20;

export class TcpProxy {
  readonly port: number;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #fault: LinkFault | undefined;
  #healed = Promise.withResolvers<void>();

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  static async open(port: number, target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, target);
    await proxy.#listen();
    return proxy;
  }

  get isFaulty(): boolean {
    return this.#fault !== undefined;
  }

  /** Ends every connection, with a reset; new ones are as before. Answers how many. */
  cut(): number {
    const count = this.#pairs.size;
    for (const pair of [...this.#pairs]) this.#end(pair);
    return count;
  }

  async begin(fault: LinkFault): Promise<void> {
    this.#fault = fault;
    if (fault.kind !== "refuse") return;
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()) ?? resolve());
    this.#server = undefined;
    this.cut();
    await closed;
  }

  async heal(): Promise<void> {
    this.#fault = undefined;
    if (this.#server === undefined) await this.#listen();
    for (const pair of [...this.#pairs]) if (pair.swallowed) this.#end(pair);
    this.#healed.resolve();
    this.#healed = Promise.withResolvers<void>();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()) ?? resolve());
    this.#healed.resolve();
    this.cut();
    await closed;
  }

  #listen(): Promise<void> {
    const server = createServer((client) => this.#accept(client));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.port, loopback, () => {
        server.on("error", () => undefined);
        resolve();
      });
    });
  }

  #accept(client: Socket): void {
    const server = connect({ host: loopback, port: this.#target, noDelay: true });
    client.setNoDelay(true);
    const pair = { client, server, swallowed: false };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on("error", () => this.#end(pair));
      socket.on("close", () => this.#end(pair));
    }
    void this.#carry(pair, client, server, false);
    void this.#carry(pair, server, client, true);
  }

  /** One direction, chunk after chunk: the order stays, whatever each one suffers. */
  async #carry(pair: Pair, from: Socket, to: Socket, isAnswer: boolean): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (!(await this.#suffer(pair, chunk, isAnswer))) continue;
        if (!to.write(chunk))
          await new Promise((resolve) => to.once("drain", resolve).once("close", resolve));
      }
      if (!pair.swallowed) to.end();
    } catch {
      this.#end(pair);
    }
  }

  /** Whether the chunk goes on. */
  async #suffer(pair: Pair, chunk: Buffer, isAnswer: boolean): Promise<boolean> {
    const fault = this.#fault;
    if (pair.swallowed && (fault?.kind !== "answers-lost" || isAnswer)) return false;
    switch (fault?.kind) {
      case "half-open":
        pair.swallowed = true;
        return false;
      case "answers-lost":
        if (isAnswer) pair.swallowed = true;
        return !isAnswer;
      case "stalled":
        await this.#healed.promise;
        return true;
      case "delayed":
        await this.#pause(fault.delayMs);
        return true;
      case "throttled":
        await this.#pause(Math.max(THROTTLE_EVERY_MS, (chunk.length / fault.bytesPerSecond) * 1_000));
        return true;
      default:
        return true;
    }
  }

  /** At most until the fault is healed. */
  async #pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([passed, this.#healed.promise]);
    clearTimeout(timer);
  }

  #end(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    for (const socket of [pair.client, pair.server]) {
      if (socket.destroyed) continue;
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}
