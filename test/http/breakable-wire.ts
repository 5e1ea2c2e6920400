/** A wire between the edge and a server that a test can cut, or leave hanging, without touching the server. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class BreakableWire {
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #mode: "open" | "hanging" | "cut" = "open";

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** The wire, and the target's URL by way of it. */
  static async before(target: string): Promise<{ wire: BreakableWire; url: string }> {
    const wire = new BreakableWire(target);
    await new Promise<void>((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    const url = new URL(target);
    url.port = String((wire.#server.address() as AddressInfo).port);
    return { wire, url: url.href };
  }

  /** Connections end, new ones are refused. */
  cut(): void {
    this.#mode = "cut";
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing comes through any more, and nobody is told. */
  hang(): void {
    this.#mode = "hanging";
    for (const socket of this.#sockets) socket.pause();
  }

  /** The connections of now hang for ever; new ones come through. */
  abandon(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  /** What hung goes on. */
  mend(): void {
    this.#mode = "open";
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    if (this.#mode === "cut") {
      socket.destroy();
      return;
    }
    const onward = connect(Number(this.#target.port), this.#target.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on("data", (bytes) => other.write(bytes));
      one.on("error", () => undefined);
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      if (this.#mode === "hanging") one.pause();
    }
  }
}
