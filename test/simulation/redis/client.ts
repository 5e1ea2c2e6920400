/**
 * A connection to the simulated server, as far as the product knows ioredis: made as streams/connection.ts makes it,
 * without an offline queue, without sending again, with a deadline for commands unless it blocks.
 *
 * Commands and answers of one connection keep their order. A process that dies leaves what it has sent on its way; its
 * waiting read goes on at the server until the server hears of the end, and takes entries with it.
 */
import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import type { RedisFactory } from "../../../streams/connection.ts";
import type { Life } from "../life.ts";
import type { Link } from "../link.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Reply } from "./commands.ts";
import type { RedisServer, Session } from "./server.ts";

type Word = string | number;
type Pair = [error: Error | null, reply: unknown];

interface Call {
  readonly words: readonly string[];
  readonly settle: (error: Error | null, reply: Reply) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 5_000;
/** A connection that owes an answer for so long is closed, as `socketTimeout` does it. */
const SILENCE_MAX_MS = 6_000;
/** When a server notices that a silent client is gone. */
const KEEP_ALIVE_MS = 10_000;
const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 500;

export interface Wire {
  readonly server: RedisServer;
  readonly scheduler: Scheduler;
  readonly link: Link;
  readonly life: Life;
}

/** The product's port to Redis, on this wire. The cast says: the part of ioredis that the product uses. */
export function simulatedRedis(wire: Wire): RedisFactory {
  return (use) => new SimulatedClient(wire, use) as unknown as Redis;
}

type Use = Parameters<RedisFactory>[0];
type Status = "wait" | "connecting" | "ready" | "reconnecting" | "end";

export class SimulatedClient extends EventEmitter {
  status: Status = "wait";
  readonly #wire: Wire;
  readonly #use: Use;
  #session: Session | undefined;
  #attempts = 0;
  #owed = new Set<Call>();
  /** When the last one on its way arrives: nobody overtakes. */
  #arrivesMs = 0;
  #answersMs = 0;
  #cancelSilence: (() => void) | undefined;

  constructor(wire: Wire, use: Use) {
    super();
    this.#wire = wire;
    this.#use = use;
  }

  async connect(): Promise<void> {
    if (this.status === "ready" || this.status === "connecting")
      throw new Error("Redis is already connecting");
    this.#open();
  }

  disconnect(_reconnect = false): void {
    if (this.status === "end") return;
    this.status = "end";
    this.#leave("Connection is closed.");
    this.emit("end");
  }

  call(...words: (Word | Buffer)[]): Promise<unknown> {
    return this.#command(words.map(String));
  }

  defineCommand(name: string): void {
    if (name !== "atesPublish") throw new Error(`expected the script atesPublish, got ${name}`);
  }

  xgroup = (...args: Word[]) => this.call("XGROUP", ...args);
  xrevrange = (...args: Word[]) => this.call("XREVRANGE", ...args);
  xrange = (...args: Word[]) => this.call("XRANGE", ...args);
  xlen = (...args: Word[]) => this.call("XLEN", ...args);
  xtrim = (...args: Word[]) => this.call("XTRIM", ...args);
  xadd = (...args: Word[]) => this.call("XADD", ...args);
  xack = (...args: Word[]) => this.call("XACK", ...args);
  publish = (...args: Word[]) => this.call("PUBLISH", ...args);
  subscribe = (...args: Word[]) => this.call("SUBSCRIBE", ...args);
  exists = (...args: Word[]) => this.call("EXISTS", ...args);
  del = (...args: Word[]) => this.call("DEL", ...args);
  hget = (...args: Word[]) => this.call("HGET", ...args);
  flushdb = () => this.call("FLUSHDB");
  ping = () => this.call("PING");

  pipeline(): SimulatedPipeline {
    return new SimulatedPipeline((commands) => this.#commands(commands));
  }

  #open(): void {
    this.status = "connecting";
    const { server, link, life, scheduler } = this.#wire;
    scheduler.after(link.delayMs(), () => {
      if (life.state === "dead" || this.status !== "connecting") return;
      if (server.isAway || link.isAway || link.random.chance(link.faults.refused)) {
        life.run(() => this.#retry());
        return;
      }
      const session: Session = server.open(
        () => scheduler.after(link.delayMs(), () => life.run(() => this.#hungUp(session))),
        (channel, text) => this.#toClient(session, () => this.emit("message", channel, text)),
      );
      this.#session = session;
      this.#toClient(session, () => this.#ready());
      life.clock.after(CONNECT_TIMEOUT_MS, () => {
        if (this.status === "connecting") this.#hungUp(session);
      });
    });
  }

  #ready(): void {
    if (this.status !== "connecting") return;
    this.status = "ready";
    this.#attempts = 0;
    this.emit("ready");
  }

  #retry(): void {
    if (this.status === "end") return;
    this.status = "reconnecting";
    this.#attempts += 1;
    this.#wire.life.clock.after(Math.min(this.#attempts * RECONNECT_FIRST_MS, RECONNECT_MAX_MS), () => {
      if (this.status === "reconnecting") this.#open();
    });
  }

  #hungUp(session: Session): void {
    if (this.#session !== session || this.status === "end") return;
    this.#leave("Connection is closed.");
    this.#retry();
  }

  /** This end is closed; the server hears of it later. */
  #leave(reason: string): void {
    const { server, scheduler, link } = this.#wire;
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) {
      const heardInMs = session.isMute ? KEEP_ALIVE_MS : link.delayMs();
      scheduler.after(heardInMs, () => server.close(session));
    }
    this.#listenNoMore();
    const owed = this.#owed;
    this.#owed = new Set();
    for (const call of owed) call.settle(new Error(reason), null);
  }

  #command(words: readonly string[]): Promise<unknown> {
    return this.#commands([words])[0] ?? Promise.reject(new Error("no command"));
  }

  /** Commands that leave together. */
  #commands(commands: readonly (readonly string[])[]): Promise<unknown>[] {
    const session = this.#session;
    if (this.status !== "ready" || session === undefined) {
      const refusal = new Error("Stream isn't writeable and enableOfflineQueue options is false");
      return commands.map(() => Promise.reject(refusal));
    }
    const made = commands.map((words) => this.#newCall(words));
    this.#send(
      session,
      made.map(({ call }) => call),
    );
    return made.map(({ answer }) => answer);
  }

  #newCall(words: readonly string[]): { call: Call; answer: Promise<unknown> } {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const late = () => reject(new Error("Command timed out"));
    const cancel =
      this.#use === "commands" ? this.#wire.life.clock.after(COMMAND_TIMEOUT_MS, late) : () => {};
    const settle = (error: Error | null, reply: Reply) => {
      cancel();
      if (error === null) resolve(reply);
      else reject(error);
    };
    return { call: { words, settle }, answer: promise };
  }

  #send(session: Session, calls: readonly Call[]): void {
    const { scheduler, link, life } = this.#wire;
    if (life.state === "dead") return;
    for (const call of calls) this.#owed.add(call);
    if (this.#cancelSilence === undefined) this.#watch(session);
    this.#arrivesMs = Math.max(this.#arrivesMs, scheduler.nowMs + link.delayMs());
    scheduler.after(this.#arrivesMs - scheduler.nowMs, () => this.#arrive(session, calls));
  }

  /** At the server: all of them, or those that came before the connection broke. */
  #arrive(session: Session, calls: readonly Call[]): void {
    const { link, life, server } = this.#wire;
    if (life.state === "running" && link.random.chance(link.faults.crash)) life.crash();
    const isBroken = link.random.chance(life.state === "dead" ? 0.5 : link.faults.refused);
    const arrived = isBroken ? calls.slice(0, link.random.below(calls.length + 1)) : calls;
    for (const call of arrived) this.#execute(session, call);
    if (isBroken && session.isOpen) server.cut(session);
  }

  #execute(session: Session, call: Call): void {
    const { scheduler, server, life, link } = this.#wire;
    if (link.isAway) session.isMute = true; // what is lost of a connection breaks all of it
    if (!session.isOpen || session.isMute) return;
    server.execute(session, call.words, (error, reply) => {
      const [name, key] = call.words;
      scheduler.trace(`${life.name} ${name} ${key}${error === null ? "" : ` ${error.message}`}`);
      this.#toClient(session, () => this.#answered(call, error, reply));
    });
  }

  #answered(call: Call, error: Error | null, reply: Reply): void {
    if (!this.#owed.delete(call)) return;
    this.#listenNoMore();
    if (this.#session !== undefined && this.#owed.size > 0) this.#watch(this.#session);
    call.settle(error, reply);
  }

  #listenNoMore(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = undefined;
  }

  /** From the first command that is owed an answer; what is sent meanwhile is no sign of life. */
  #watch(session: Session): void {
    this.#cancelSilence = this.#wire.life.clock.after(SILENCE_MAX_MS, () => this.#hungUp(session));
  }

  /** The way back: in order, unless the connection is gone. */
  #toClient(session: Session, what: () => void): void {
    const { scheduler, link, life, server } = this.#wire;
    if (life.state === "dead") {
      server.close(session); // nobody is there to take it
      return;
    }
    if (link.isAway) session.isMute = true;
    if (session.isMute) return;
    if (link.random.chance(link.faults.answerLost)) server.cut(session);
    if (!session.isOpen) return;
    this.#answersMs = Math.max(this.#answersMs, scheduler.nowMs + link.delayMs());
    scheduler.after(this.#answersMs - scheduler.nowMs, () => {
      if (!session.isMute) life.run(() => (this.#session === session ? what() : undefined));
    });
  }
}

/** Answers with pairs of error and reply, whatever befalls the connection. */
class SimulatedPipeline {
  readonly #commands: string[][] = [];
  readonly #run: (commands: readonly string[][]) => Promise<unknown>[];

  constructor(run: (commands: readonly string[][]) => Promise<unknown>[]) {
    this.#run = run;
  }

  get length(): number {
    return this.#commands.length;
  }

  publish = (...args: Word[]) => this.#add("PUBLISH", args);
  xadd = (...args: Word[]) => this.#add("XADD", args);
  xack = (...args: Word[]) => this.#add("XACK", args);
  atesPublish = (...args: Word[]) => this.#add("ATESPUBLISH", args);

  async exec(): Promise<Pair[]> {
    const answers = await Promise.allSettled(this.#run(this.#commands));
    return answers.map(
      (answer): Pair =>
        answer.status === "fulfilled" ? [null, answer.value] : [answer.reason as Error, undefined],
    );
  }

  #add(name: string, args: readonly Word[]): this {
    this.#commands.push([name, ...args.map(String)]);
    return this;
  }
}
