/**
 * From kept facts to rows of the read side, by the very rules and statements that the projection itself uses. Whoever
 * replays says where the rows go: into a schema beside the live one, or into another database.
 */
import { needs } from "../../actors/analytics/actor.ts";
import { rowsOf } from "../../actors/analytics/decide.ts";
import { AnalyticsState } from "../../actors/analytics/state.ts";
import { analyticsStore } from "../../actors/analytics/store.ts";
import type { Db } from "../../actors/runtime/actor-store.ts";
import type { Envelope, RawEnvelope } from "../../schemas/envelope.ts";
import { upcast } from "../../schemas/upcast.ts";

export interface NumberedFact {
  readonly number: number;
  readonly schema: string;
  readonly data: unknown;
}

/** Some 20 ms of work. */
const PAGE = 500;

/** Of a partition: behind one number, up to another. */
export interface Stretch {
  readonly partition: number;
  readonly after: number;
  readonly upTo?: number;
}

/** The next facts, in the order in which they came. */
export async function factsOf(db: Db, { partition, after, upTo }: Stretch): Promise<NumberedFact[]> {
  const { rows } = await db.query<NumberedFact>(
    `select number, schema, data from analytics.facts
      where partition = $1::int and number > $2::bigint and number <= $3::bigint order by number limit $4::int`,
    [partition, after, upTo ?? Number.MAX_SAFE_INTEGER, PAGE],
  );
  return rows;
}

/** Makes rows of a whole stretch; answers the number of its last fact. */
export async function replay(
  from: Db,
  to: Db,
  stretch: Stretch,
  onFacts: (count: number) => void = () => {},
): Promise<number> {
  for (let { after } = stretch; ; ) {
    const facts = await factsOf(from, { ...stretch, after });
    const last = facts.at(-1);
    if (last === undefined) return after;
    await writeRowsOf(to, stretch.partition, facts);
    onFacts(facts.length);
    after = last.number;
  }
}

/** As a batch of the projection: only sums are read back first. */
export async function writeRowsOf(db: Db, partition: number, facts: readonly NumberedFact[]): Promise<void> {
  const messages = facts.map(messageOf);
  const state = new AnalyticsState();
  const keys = [...new Set(messages.flatMap(needs))];
  for (const row of await analyticsStore.load(db, partition, keys)) state.adopt(row.key, row);
  for (const message of messages) for (const row of rowsOf(state, message)) state.put(row);
  const changed = state.takeChanged();
  for (const { text, values } of analyticsStore.save([{ partition, changed, facts: [] }]))
    await db.query(text, [...values]);
}

/** The tables of the read side in another schema. */
export function tablesIn(schema: string, db: Db): Db {
  const query = (text: string, values: unknown[]) =>
    db.query(text.replaceAll("analytics.", `${schema}.`), values);
  return { query } as unknown as Db;
}

/** A fact that was kept in an older version is read as the latest, as from a stream (EVT-3). */
function messageOf({ schema, data }: NumberedFact): Envelope {
  const type = schema.split(":")[2] ?? "";
  return upcast({ type, dataschema: schema, data } as RawEnvelope);
}
