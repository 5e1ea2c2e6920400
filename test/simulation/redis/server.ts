/**
 * A Redis server in virtual time: its data, who waits for entries, who listens to channels, and what may befall it.
 * Everything here happens at once; the ways to it and from it are the client's.
 */
import type { Scheduler } from "../scheduler.ts";
import { COMMANDS, type Data, NOTHING_YET, RedisError, type Reply, readGroup } from "./commands.ts";
import { copyOf, type Stream } from "./stream.ts";

/** The server's end of a connection. */
export interface Session {
  readonly id: number;
  isOpen: boolean;
  /** The way is broken without either end knowing: nothing arrives any more, in either direction. */
  isMute: boolean;
  /** Tells the client, some time later, that the connection is gone. */
  readonly hangUp: () => void;
  readonly hear: (channel: string, text: string) => void;
}

type Answer = (error: Error | null, reply: Reply) => void;

interface Waiting {
  readonly session: Session;
  readonly args: readonly string[];
  readonly answer: Answer;
  readonly cancel: () => void;
}

/** Commands after which somebody who waits may be answered. */
const WAKING = new Set(["XADD", "ATESPUBLISH", "FLUSHDB", "DEL", "XGROUP"]);

/** What a restart finds on its disk. */
export interface Snapshot {
  readonly streams: ReadonlyMap<string, Stream>;
  readonly hashes: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Looks at every command before it is done; throws what ends the run. */
export type Watch = (name: string, args: readonly string[], data: Data) => void;

export class RedisServer {
  readonly #scheduler: Scheduler;
  readonly #watch: Watch;
  readonly #data: Data = { streams: new Map(), hashes: new Map() };
  readonly #sessions = new Set<Session>();
  readonly #listeners = new Map<string, Set<Session>>();
  #waiting: Waiting[] = [];
  #nextId = 1;
  /** Nobody can connect. */
  isAway = false;
  /** It answers every command with LOADING. */
  isLoading = false;

  constructor(scheduler: Scheduler, watch: Watch = () => {}) {
    this.#scheduler = scheduler;
    this.#watch = watch;
  }

  get data(): Data {
    return this.#data;
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions];
  }

  open(hangUp: () => void, hear: (channel: string, text: string) => void): Session {
    const session: Session = { id: this.#nextId++, isOpen: true, isMute: false, hangUp, hear };
    this.#sessions.add(session);
    return session;
  }

  close(session: Session): void {
    session.isOpen = false;
    this.#sessions.delete(session);
    for (const listeners of this.#listeners.values()) listeners.delete(session);
    for (const each of this.#waiting) if (each.session === session) each.cancel();
    this.#waiting = this.#waiting.filter((each) => each.session !== session);
  }

  /** One command of a session; its answer may come later, when it blocks. */
  execute(session: Session, words: readonly string[], answer: Answer): void {
    const [name = "", ...args] = words;
    try {
      if (this.isLoading) throw new RedisError("LOADING Redis is loading the dataset in memory");
      this.#observe(name, args);
      if (name === "XREADGROUP") this.#read(session, args, answer);
      else answer(null, this.#run(session, name, args));
    } catch (error) {
      answer(error instanceof Error ? error : new Error(String(error)), null);
    }
    if (WAKING.has(name)) this.#wake();
  }

  /** FLUSHALL. */
  wipe(): void {
    this.#run(undefined, "FLUSHDB", []);
    this.#wake();
  }

  evict(key: string): void {
    this.#run(undefined, "DEL", [key]);
    this.#wake();
  }

  destroyGroup(key: string, group: string): void {
    this.#run(undefined, "XGROUP", ["DESTROY", key, group]);
    this.#wake();
  }

  snapshot(): Snapshot {
    return {
      streams: new Map([...this.#data.streams].map(([key, stream]) => [key, copyOf(stream)])),
      hashes: new Map([...this.#data.hashes].map(([key, hash]) => [key, new Map(hash)])),
    };
  }

  /** Everybody is cut off; what the snapshot does not have is lost. */
  restart(snapshot: Snapshot): void {
    this.cutAll();
    this.#data.streams.clear();
    this.#data.hashes.clear();
    for (const [key, stream] of snapshot.streams) this.#data.streams.set(key, copyOf(stream));
    for (const [key, hash] of snapshot.hashes) this.#data.hashes.set(key, new Map(hash));
  }

  cutAll(): void {
    for (const session of this.sessions) this.cut(session);
  }

  cut(session: Session): void {
    this.close(session);
    session.hangUp();
  }

  #observe(name: string, args: readonly string[]): void {
    try {
      this.#watch(name, args, this.#data);
    } catch (error) {
      this.#scheduler.fail(error);
    }
  }

  #run(session: Session | undefined, name: string, args: readonly string[]): Reply {
    if (name === "PUBLISH") return this.#tell(args);
    if (name === "SUBSCRIBE" && session !== undefined) return this.#listen(session, args);
    const command = COMMANDS[name];
    if (command === undefined) throw new RedisError(`ERR unknown command '${name}'`);
    return command(args, { data: this.#data, nowMs: this.#scheduler.wallMs });
  }

  #tell([channel = "", text = ""]: readonly string[]): number {
    const listeners = this.#listeners.get(channel) ?? new Set();
    for (const session of listeners) session.hear(channel, text);
    return listeners.size;
  }

  #listen(session: Session, channels: readonly string[]): number {
    for (const channel of channels) {
      const listeners = this.#listeners.get(channel) ?? new Set();
      this.#listeners.set(channel, listeners.add(session));
    }
    return channels.length;
  }

  #read(session: Session, args: readonly string[], answer: Answer): void {
    const reply = readGroup(args, { data: this.#data, nowMs: this.#scheduler.wallMs });
    if (reply !== NOTHING_YET) {
      answer(null, reply);
      return;
    }
    const cancel = this.#scheduler.after(Number(args[args.indexOf("BLOCK") + 1]), () => {
      this.#waiting = this.#waiting.filter((each) => each.cancel !== cancel);
      answer(null, null);
    });
    this.#waiting.push({ session, args, answer, cancel });
  }

  /** Whoever waits for something that has come, or for a stream that is gone, is answered; the first one first. */
  #wake(): void {
    if (this.#waiting.length === 0) return;
    const still: Waiting[] = [];
    for (const each of this.#waiting) {
      try {
        const reply = readGroup(each.args, { data: this.#data, nowMs: this.#scheduler.wallMs });
        if (reply === NOTHING_YET) {
          still.push(each);
          continue;
        }
        each.answer(null, reply);
      } catch (error) {
        each.answer(error instanceof Error ? error : new Error(String(error)), null);
      }
      each.cancel();
    }
    this.#waiting = still;
  }
}
