/** Two loads: facts that arrive in every account partition at a steady pace, and commands repeated until decided. */
import { hash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isSettled, readUnsettled } from "../ops/lag.ts";
import { dataschema } from "../schemas/envelope.ts";
import { newUuid, type Uuid } from "../schemas/ids.ts";
import { partitionOf } from "../streams/partition.ts";
import { addRun } from "../streams/publish.ts";
import { streamKey, type Topic } from "../streams/topology.ts";
import { type RecoverySystem, until } from "./recovery-system.ts";

/** Nobody's: no worker owns them, so none resends or forgets what comes from them. Each load has its own. */
const sourceOf = (load: number) => `/ates/task-board/${load}`;
let loads = 0;
const CLIENTS = 8;
/** A client that hears nothing repeats its command by the same key. */
const REPEAT_AFTER_MS = 500;
const PEOPLE = 24;

/** One fact for every account partition, over and over. */
export class SteadyFacts {
  readonly #system: RecoverySystem;
  readonly #everyMs: number;
  readonly #accounts: readonly Uuid[];
  readonly #source = sourceOf(++loads);
  /** When each was sent; the first is number 1. */
  readonly #sentAtMs: number[] = [];
  #running = true;
  readonly #done: Promise<void>;

  constructor(system: RecoverySystem, everyMs: number) {
    this.#system = system;
    this.#everyMs = everyMs;
    this.#accounts = accountsByPartition(system.company.partitions);
    this.#done = this.#run();
  }

  /**
   * How long each partition that changed hands since `sinceMs` had something to do and nobody who did it: from the last
   * commit of the old owner, or the arrival of the next fact when that was later, to the first of the new one.
   */
  async pausesMs(sinceMs: number): Promise<number[]> {
    const { rows } = await this.#system.pool.query<{ at: number; before: number; applied: number }>(
      `select extract(epoch from at)::float8 * 1000 as at, extract(epoch from before)::float8 * 1000 as before, applied
         from (select at, epoch, lag(at) over one as before, lag(epoch) over one as was,
                      lag((inbox ->> ('tasks/' || partition || '<' || $2))::int) over one as applied
                 from noted_commits window one as (partition by partition order by at)) as noted
        where epoch <> was and applied is not null and at > to_timestamp($1::float8 / 1000)`,
      [sinceMs, this.#source],
    );
    if (rows.length === 0) throw new Error("expected partitions that change hands, got none");
    return rows.map(({ at, before, applied }) => at - Math.max(before, this.#sentAtMs[applied] ?? 0));
  }

  /** Resolves when all of them are posted. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
    const { pool, company } = this.#system;
    await until(async () => {
      const { rowCount } = await pool.query(
        `select from partitions where kind = 'account'
            and (inbox ->> ('tasks/' || partition || '<${this.#source}'))::bigint = $1`,
        [this.#sentAtMs.length],
      );
      return rowCount === company.partitions;
    }, "every fact is posted");
  }

  async #run(): Promise<void> {
    const keys = this.#accounts.map((_, partition) => streamKey({ topic: "tasks", partition }));
    await until(
      async () => (await this.#system.redis.exists(keys)) === keys.length,
      "every stream has a reader",
    );
    for (let dueMs = performance.now(); this.#running; dueMs += this.#everyMs) {
      await sleep(Math.max(0, dueMs - performance.now()));
      const number = this.#sentAtMs.push(Date.now());
      const pipeline = this.#system.redis.pipeline();
      for (const [partition, accountId] of this.#accounts.entries()) {
        const channel = { source: this.#source, to: { topic: "tasks", partition } } as const;
        const envelopes = [this.#fact(accountId, number)];
        addRun(pipeline, { channel, base: number - 1, first: number, envelopes, mode: "next" });
      }
      await pipeline.exec();
    }
  }

  #fact(assigneeId: Uuid, sequence: number): string {
    const at = new Date().toISOString();
    const id = newUuid();
    const data = {
      taskId: id,
      number: sequence,
      title: "Sharpen the beak of the log-in page",
      assigneeId,
      feeMinor: 15,
      rewardMinor: 30,
      by: assigneeId,
      businessDate: this.#system.company.firstDate,
      occurredAt: at,
      assignment: 1,
    };
    return envelope("task.assigned", `task/${id}`, data, id, 2, {
      source: this.#source,
      sequence: `${sequence}`,
    });
  }
}

/** Creates tasks until it is stopped. */
export class Commands {
  readonly #system: RecoverySystem;
  readonly #people: readonly Uuid[];
  #running = true;
  #sent = 0;
  readonly #clients: Promise<void>[];

  private constructor(system: RecoverySystem, people: readonly Uuid[]) {
    this.#system = system;
    this.#people = people;
    this.#clients = Array.from({ length: CLIENTS }, () => this.#client());
  }

  /** With people who can be given tasks. */
  static async start(system: RecoverySystem): Promise<Commands> {
    const { pool } = system;
    const { rowCount } = await pool.query("select from board_people");
    for (let n = rowCount ?? 0; n < PEOPLE; n++) {
      const email = `popug-${n}@bench.local`;
      await decided(system, "directory", "user.register", `email/${email}`, {
        email,
        name: `Popug ${n}`,
        role: "employee",
      });
    }
    const known = () => pool.query<{ id: Uuid }>("select id from board_people");
    await until(async () => (await known()).rowCount === PEOPLE, "the board knows everybody");
    return new Commands(
      system,
      (await known()).rows.map((row) => row.id),
    );
  }

  /** Resolves when all are decided and every fact that followed is applied; answers how many there were. */
  async stop(): Promise<number> {
    this.#running = false;
    await Promise.all(this.#clients);
    await until(async () => {
      const unsettled = await readUnsettled(this.#system.pool).catch(() => undefined);
      return unsettled !== undefined && isSettled(unsettled);
    }, "everything is applied");
    return this.#sent;
  }

  async #client(): Promise<void> {
    while (this.#running) {
      this.#sent += 1;
      const senderid = this.#people[this.#sent % this.#people.length] ?? "";
      await decided(this.#system, "task-board", "task.create", "new", { title: "Carry on" }, senderid);
    }
  }
}

async function decided(
  { pool, redis }: RecoverySystem,
  topic: Topic,
  type: string,
  subject: string,
  data: object,
  senderid: string = newUuid(),
): Promise<void> {
  const id = newUuid();
  const fingerprint = hash("sha256", JSON.stringify(data), "hex");
  const more = { source: "/ates/edge", senderid, senderrole: "admin", fingerprint };
  const payload = envelope(type, subject, data, id, 1, more);
  const isDecided = async () =>
    (await pool.query("select from commands where id = $1 and state = 'done'", [id])).rowCount === 1;
  for (;;) {
    await redis
      .xadd(streamKey({ topic, partition: 0 }), "NOMKSTREAM", "*", "e", payload)
      .catch(() => undefined);
    for (const sentMs = performance.now(); performance.now() - sentMs < REPEAT_AFTER_MS; await sleep(10))
      if (await isDecided().catch(() => false)) return;
  }
}

function envelope(
  type: string,
  subject: string,
  data: object,
  id: Uuid,
  version: number,
  more: object,
): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    dataschema: dataschema(type, version),
    partitionkey: subject,
    causationid: id,
    correlationid: id,
    traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`,
    ...more,
    data,
  });
}

/** An account of each partition. */
function accountsByPartition(partitions: number): Uuid[] {
  const accounts = new Map<number, Uuid>();
  while (accounts.size < partitions) {
    const id = newUuid();
    accounts.set(partitionOf(id, partitions), id);
  }
  return Array.from({ length: partitions }, (_, partition) => accounts.get(partition) as Uuid);
}
