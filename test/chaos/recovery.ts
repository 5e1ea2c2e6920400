/**
 * How long until all goes on after a fault: a probe command is answered, its entry is posted, every partition has an
 * owner that lives, and all that was committed before has arrived at everybody who reads it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { sourceOf } from "../../actors/runtime/outgoing.ts";
import { type Position, readPositions } from "../../ops/lag.ts";
import { inboxKey } from "../../streams/inbox.ts";
import { groupsOf, readerPartition, type Topic } from "../../streams/topology.ts";
import type { Chance } from "./chance.ts";
import type { Installation } from "./installation.ts";
import type { Load } from "./load.ts";

const LOOK_EVERY_MS = 25;
const PATIENCE_MS = 45_000;
const LEASE_MS = 4_000;
/** So many probes, that they come to different accounts. */
const PROBES = 3;

export interface Recovery {
  readonly answeredMs: number;
  readonly postedMs: number;
  /** Undefined in the storm, where other faults would be measured along. */
  readonly ownedMs: number | undefined;
  readonly arrivedMs: number | undefined;
}

export function worstOf(recovery: Recovery): number {
  const { answeredMs, postedMs, ownedMs = 0, arrivedMs = 0 } = recovery;
  return Math.max(answeredMs, postedMs, ownedMs, arrivedMs);
}

export class Prober {
  readonly #installation: Installation;
  readonly #load: Load;
  readonly #chance: Chance;

  constructor(installation: Installation, load: Load, chance: Chance) {
    this.#installation = installation;
    this.#load = load;
    this.#chance = chance;
  }

  /** Since now. `lostPid`: a process that lives no more, whatever its last beat says. */
  async measure(isAlone: boolean, lostPid?: number): Promise<Recovery> {
    const startedMs = performance.now();
    const since = async (work: Promise<void>): Promise<number> => {
      await work;
      return performance.now() - startedMs;
    };
    const probes = Array.from({ length: isAlone ? PROBES : 1 }, () => this.#probe(startedMs));
    const [owned, arrived] = isAlone
      ? await Promise.all([since(this.#untilOwned(lostPid)), since(this.#untilArrived())])
      : [undefined, undefined];
    const probed = await Promise.all(probes);
    return {
      answeredMs: Math.max(...probed.map(([answered]) => answered)),
      postedMs: Math.max(...probed.map(([, posted]) => posted)),
      ownedMs: owned,
      arrivedMs: arrived,
    };
  }

  async #probe(startedMs: number): Promise<[answeredMs: number, postedMs: number]> {
    const task = await this.#load.create(this.#chance.fork());
    const answeredMs = performance.now() - startedMs;
    if (task === undefined) return this.#probe(startedMs); // it left before the answer
    await this.#until(async () => {
      const { rowCount } = await this.#installation.pool.query(
        "select from entries where task_id = $1 limit 1",
        [task.id],
      );
      return (rowCount ?? 0) > 0;
    });
    return [answeredMs, performance.now() - startedMs];
  }

  #untilOwned(lostPid: number | undefined): Promise<void> {
    return this.#until(async () => {
      const { rows } = await this.#installation.pool.query<{ lost: number }>(
        `select count(*) as lost from partitions p left join hosts h on h.id = p.owner
          where h.id is null or h.beat_at < now() - make_interval(secs => $1::float8 / 1000)
             or h.name like '%/' || $2::text`,
        [LEASE_MS, lostPid ?? 0],
      );
      return rows[0]?.lost === 0;
    });
  }

  async #untilArrived(): Promise<void> {
    let wanted: readonly Position[] | undefined;
    await this.#until(async () => {
      wanted ??= await readPositions(this.#installation.pool);
      return hasArrived(wanted, await readPositions(this.#installation.pool));
    });
  }

  /** Postgres may be away while it looks. */
  async #until(isSo: () => Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + PATIENCE_MS;
    while (!(await isSo().catch(() => false)) && performance.now() < untilMs) await sleep(LOOK_EVERY_MS);
  }
}

/** Whether every group has by now what had been sent then. */
function hasArrived(then: readonly Position[], now: readonly Position[]): boolean {
  const inboxes = new Map(now.map(({ kind, partition, inbox }) => [`${kind}/${partition}`, inbox]));
  return then.every(({ kind, partition, outbox }) =>
    Object.entries(outbox).every(([channel, sent]) => {
      const [topic, number] = channel.split("/") as [Topic, string];
      const at = { topic, partition: Number(number) };
      const key = inboxKey(at, sourceOf(kind, partition));
      return groupsOf(topic).every((group) => {
        const inbox = inboxes.get(`${group}/${readerPartition(group, at)}`);
        return (inbox?.[key] ?? 0) >= sent;
      });
    }),
  );
}
