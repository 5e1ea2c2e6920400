/**
 * A caller that costs little: HTTP over plain sockets, one request at a time on each connection. Open loop: it sends at
 * its rate whatever the answers are, as many people do; closed loop: each caller sends when it has its answer.
 */
import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  /** From the moment it was due. */
  readonly tookMs: number;
  readonly atMs: number;
}

const TICK_MS = 2;
const CREATED = 201;
const BACK_AFTER_MS = 250;
const HEAD_END = "\r\n\r\n";

export class Callers {
  readonly #port: number;
  readonly #request: () => string;
  readonly #idle: Connection[] = [];
  #answers: Answer[] = [];
  #unsent = 0;

  /** `request` gives the bytes of the next one. */
  constructor(port: number, request: () => string) {
    this.#port = port;
    this.#request = request;
  }

  async connect(count: number): Promise<void> {
    const made = Array.from({ length: count }, () => Connection.to(this.#port));
    this.#idle.push(...(await Promise.all(made)));
  }

  /** Answers of everything that was due, and how many found no free connection. */
  async atRate(perSecond: number, seconds: number): Promise<{ answers: readonly Answer[]; unsent: number }> {
    this.#begin();
    const beganMs = performance.now();
    let due = 0;
    const calls: Promise<number>[] = [];
    for (let nowMs = beganMs; nowMs - beganMs < seconds * 1_000; nowMs = performance.now()) {
      for (; due < ((nowMs - beganMs) * perSecond) / 1_000; due++) {
        const connection = this.#idle.pop();
        if (connection === undefined) this.#unsent++;
        else calls.push(this.#call(connection, beganMs + (due * 1_000) / perSecond));
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await Promise.all(calls);
    return { answers: this.#answers, unsent: this.#unsent };
  }

  /** Who is refused comes back after a while. */
  async inTurn(callers: number, seconds: number): Promise<readonly Answer[]> {
    this.#begin();
    const untilMs = performance.now() + seconds * 1_000;
    const caller = async () => {
      while (performance.now() < untilMs) {
        const connection = this.#idle.pop();
        if (connection === undefined) throw new Error("expected a connection for each caller");
        const status = await this.#call(connection, performance.now());
        if (status !== CREATED) await new Promise((resolve) => setTimeout(resolve, BACK_AFTER_MS));
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return this.#answers;
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
  }

  #begin(): void {
    this.#answers = [];
    this.#unsent = 0;
  }

  async #call(connection: Connection, dueMs: number): Promise<number> {
    const status = await connection.send(this.#request());
    const atMs = performance.now();
    this.#answers.push({ status, tookMs: atMs - dueMs, atMs });
    this.#idle.push(status === 0 ? await Connection.to(this.#port) : connection);
    return status;
  }
}

class Connection {
  readonly #socket: Socket;
  #received = "";
  #answered: ((status: number) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text) => this.#hear(String(text)));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#settle(0));
  }

  static async to(port: number): Promise<Connection> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return new Connection(socket);
  }

  /** The status; 0 when the connection ends first. */
  send(request: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#answered = resolve;
    if (this.#socket.destroyed) this.#settle(0);
    else this.#socket.write(request);
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    if (this.#received.length < headEnd + HEAD_END.length + length) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = "";
    this.#settle(status);
  }

  #settle(status: number): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(status);
  }
}
