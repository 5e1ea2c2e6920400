/** The tables hosts and partitions as hosts see them, outside of a batch. */
import type pg from "pg";
import type { Uuid } from "../../schemas/ids.ts";
import type { Kind, Topic } from "../../streams/topology.ts";
import type { AskedLetter, ChannelRef, HostStore, Progress, PromisedCommand, View } from "./host-store.ts";

type Queryable = Pick<pg.Pool, "query">;

export class PostgresHostStore implements HostStore {
  readonly #pool: Queryable;
  readonly #beats: Queryable;

  /** `beats`: for what is said and seen of hosts, which must not stand in line behind other work. */
  constructor(pool: Queryable, beats: Queryable = pool) {
    this.#pool = pool;
    this.#beats = beats;
  }

  async beat(id: Uuid, name: string, draining: boolean): Promise<void> {
    await this.#beats.query({
      name: "host-beat",
      text: `with gone as (delete from hosts where beat_at < now() - interval '1 hour' and id <> $1)
             insert into hosts (id, name, draining) values ($1, $2, $3)
             on conflict (id) do update set beat_at = now(), draining = excluded.draining`,
      values: [id, name, draining],
    });
  }

  async leave(id: Uuid): Promise<void> {
    await this.#beats.query("delete from hosts where id = $1", [id]);
  }

  async view(leaseTtlMs: number): Promise<View> {
    const hosts = await this.#beats.query<{ id: string; draining: boolean }>({
      name: "host-see-hosts",
      text: `select id, draining from hosts
              where beat_at > now() - make_interval(secs => $1::float8 / 1000) order by id`,
      values: [leaseTtlMs],
    });
    const partitions = await this.#beats.query<{
      kind: Kind;
      partition: number;
      owner: string | null;
      epoch: number;
    }>({
      name: "host-see-partitions",
      text: "select kind, partition, owner, epoch from partitions order by kind, partition",
    });
    return {
      eligible: hosts.rows.filter((row) => !row.draining).map((row) => row.id),
      alive: new Set(hosts.rows.map((row) => row.id)),
      partitions: partitions.rows.map((row) => ({ ...row, owner: row.owner ?? undefined })),
    };
  }

  async progress(): Promise<readonly Progress[]> {
    const { rows } = await this.#pool.query<Progress>({
      name: "host-see-progress",
      text: "select kind, partition, inbox, cursors from partitions",
    });
    return rows;
  }

  async outboxAfter(
    { kind, partition, to }: ChannelRef,
    base: number,
    limit: number,
  ): Promise<{ sequence: number; envelope: string }[]> {
    const { rows } = await this.#pool.query<{ sequence: number; envelope: string }>(
      `select sequence, envelope from outbox
        where kind = $1 and partition = $2 and topic = $3 and topic_partition = $4 and sequence > $5
        order by sequence limit $6`,
      [kind, partition, to.topic, to.partition, base, limit],
    );
    return rows;
  }

  async forgetOutbox(done: readonly (ChannelRef & { readonly base: number })[]): Promise<void> {
    if (done.length === 0) return;
    await this.#pool.query(
      `delete from outbox using unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::bigint[])
         as done(kind, partition, topic, topic_partition, base)
        where outbox.kind = done.kind and outbox.partition = done.partition and outbox.topic = done.topic
          and outbox.topic_partition = done.topic_partition and outbox.sequence <= done.base`,
      [
        done.map((row) => row.kind),
        done.map((row) => row.partition),
        done.map((row) => row.to.topic),
        done.map((row) => row.to.partition),
        done.map((row) => row.base),
      ],
    );
  }

  async promised(
    topics: readonly Topic[],
    olderThanMs: number,
    limit: number,
  ): Promise<readonly PromisedCommand[]> {
    const { rows } = await this.#pool.query<PromisedCommand>({
      name: "host-see-promised",
      text: `select id, topic, envelope from commands
              where state = 'pending' and topic = any($1)
                and created_at < now() - make_interval(secs => $2::float8 / 1000) and envelope is not null
              order by created_at limit $3`,
      values: [topics, olderThanMs, limit],
    });
    return rows;
  }

  async asked(limit: number): Promise<readonly AskedLetter[]> {
    const { rows } = await this.#pool.query<AskedLetter>({
      name: "host-see-asked",
      text: `select kind, partition, id, actor from dead_letters
              where asked is not null order by asked_at, place limit $1`,
      values: [limit],
    });
    return rows;
  }
}
