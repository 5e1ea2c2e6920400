/** Rows of `dead_letters` as a partition's owner would have written them, and an owner that does what is asked. */
import type pg from "pg";
import { newUuid, type Uuid } from "../../schemas/ids.ts";

export interface LetterRow {
  readonly id: Uuid;
  readonly kind: string;
  readonly partition: number;
  readonly topic: string | null;
  readonly actor: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly state: string;
  readonly trace_id: string | null;
  readonly envelope: string;
  readonly place: number;
  readonly last_at: string;
}

let places = 0;

export async function addLetter(pool: pg.Pool, given: Partial<LetterRow> = {}): Promise<LetterRow> {
  const place = ++places;
  const row: LetterRow = {
    id: newUuid(),
    kind: "account",
    partition: 1,
    topic: "tasks",
    actor: "account/1",
    type: "task.completed",
    code: "handler_failed",
    reason: "expected a whole number, got NaN",
    attempts: 3,
    state: "dead",
    trace_id: "0af7651916cd43dd8448eb211c80319c",
    envelope: `{"type": "task.completed",  "n": ${place}}`,
    place,
    last_at: new Date(Date.UTC(2026, 2, 1, 12, 0, place)).toISOString(),
    ...given,
  };
  const names = Object.keys(row);
  await pool.query(
    `insert into dead_letters (${names.join(", ")}) values (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
    Object.values(row),
  );
  return row;
}
