/** Ceiling: koa and one statement, with nothing between them: no log-in, no schema, no idempotency, no history, no book. */
import Koa from "koa";
import pg from "pg";
import { COLUMN_TYPES } from "../../http/queries/column-types.ts";
import { readConfig } from "../../ops/config.ts";
import { runProgram } from "../program.ts";

export interface BareKoaTask {
  readonly databaseUrl: string;
  readonly port: number;
  /** What a path asks of Postgres: `/<name>/<first parameter>/<second>…`. */
  readonly statements: Readonly<Record<string, string>>;
}

let pool: pg.Pool | undefined;

/** Listens from the first `prepare` on. */
runProgram<BareKoaTask>({
  async prepare({ databaseUrl, port, statements }) {
    if (pool !== undefined) return;
    const opened = new pg.Pool({
      connectionString: databaseUrl,
      max: readConfig({}).databaseConnections,
      types: COLUMN_TYPES, // pg's own take three times as long for a time
    });
    pool = opened;
    const app = new Koa();
    app.use(async (ctx) => {
      const [, name = "", ...values] = ctx.path.split("/");
      const { rows } = await opened.query({ name, text: statements[name] ?? "", values });
      ctx.body = rows.length === 1 ? rows[0] : { items: rows };
    });
    await new Promise<void>((resolve) => void app.listen(port, "127.0.0.1", resolve));
  },
  measure: async () => ({}),
  clear: async () => {},
});
