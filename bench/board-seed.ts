/**
 * A board with people and open tasks, written into a fresh installation before anything runs: rows of the board's and the
 * directory's tables as the actors would have written them. The facts that made them are not made, so accounts are empty.
 */
import type pg from "pg";
import { NO_TOTALS } from "../actors/ledger/control-totals.ts";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { signAccessToken } from "../http/auth/access-token.ts";
import { SigningKeys } from "../http/auth/signing-keys.ts";
import { readCompany } from "../ops/install.ts";
import type { Role } from "../schemas/envelope.ts";
import { newUuid, type UserId } from "../schemas/ids.ts";

export interface BoardTask {
  readonly id: string;
  readonly number: number;
  readonly assigneeId: UserId;
}

const SEED_TIMEOUT_MS = 600_000;

export function seedPool(databaseUrl: string): pg.Pool {
  return postgresPool(databaseUrl, 2, () => {}, { statementTimeoutMs: SEED_TIMEOUT_MS });
}

/** Employees, and tasks given to them in turn, so that no person sends more than their rate limit allows. */
export async function seedBoard(databaseUrl: string, people: number, tasks: number): Promise<BoardTask[]> {
  const pool = seedPool(databaseUrl);
  try {
    const company = await readCompany(pool);
    await insertPeople(pool, people);
    await pool.query(
      `insert into tasks (id, number, title, jira_id, status, assignee_id, created_by, fee, reward, assignments,
                          created_at, assigned_at, created_date, version)
       select gen_random_uuid(), n, 'Sharpen the beak of the log-in page', 'UBERPOP-' || n, 'open', people[1 + n % $1],
              people[1], 10 + n % 11, 20 + n % 21, 1, now(), now(), $3::date, 1
         from generate_series(1, $2::int) as n, (select array_agg(id order by id) as people from board_people) as all_people`,
      [people, tasks, company.firstDate],
    );
    await pool.query(
      `insert into task_words select number, words_of_task(number, jira_id, title, description),
                                     identity_of_task(jira_id, title, description) from tasks`,
    );
    const totals = Array.from({ length: company.partitions }, () => NO_TOTALS);
    await pool.query(
      "insert into board (business_date, last_number, totals, shuffles) values ($1, $2, $3, '[]')",
      [company.firstDate, tasks, JSON.stringify(totals)],
    );
    await pool.query("analyze");
    const { rows } = await pool.query<BoardTask>(
      `select id, number, assignee_id as "assigneeId" from tasks order by number`,
    );
    return rows;
  } finally {
    await pool.end();
  }
}

async function insertPeople(pool: pg.Pool, people: number): Promise<void> {
  await pool.query(
    `with made as (select gen_random_uuid() as id, n from generate_series(1, $1::int) as n),
          employees as (
            insert into users (id, email, name, role, notifications, created_at, changed_at)
            select id, 'popug-' || n || '@bench.local', 'Popug ' || n, 'employee', '{"assigned": true, "receipt": true, "statement": true}', now(), now() from made)
     insert into board_people (id, name, role, active) select id, 'Popug ' || n, 'employee', true from made`,
    [people],
  );
}

/** Access tokens as a log-in gives them; signed here, since log-ins are slow on purpose. They serve for five minutes. */
export class Tokens {
  readonly #pool: pg.Pool;
  readonly #keys: SigningKeys;

  constructor(databaseUrl: string) {
    this.#pool = seedPool(databaseUrl);
    this.#keys = new SigningKeys(this.#pool);
  }

  of(userId: UserId, role: Role = "employee"): Promise<string> {
    return signAccessToken(this.#keys, { userId, role, sessionId: newUuid() }, Date.now());
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
