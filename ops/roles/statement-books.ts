/**
 * The books as the mailer's statements need them (PAY-4): who had an entry in a month, and a person's paper. It reads what
 * the edge's pages read, over a pool of its own, and of the primary: a replica may not have the last day yet.
 */
import type { Knex } from "knex";
import type { MakePaper } from "../../actors/mailer/smtp-gateway.ts";
import type { Gateway, GatewayAnswer } from "../../actors/runtime/gateway.ts";
import { openingOf } from "../../documents/statement.ts";
import { statementPdf } from "../../documents/statement-pdf.ts";
import { readCompany } from "../../http/queries/company.ts";
import { type EntryResource, lastBalanceBefore, listEntries } from "../../http/queries/entries.ts";
import { allPages } from "../../http/queries/page.ts";
import { listMovedAccounts } from "../../http/queries/statements.ts";
import { datesOfMonth } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { ZERO } from "../../schemas/money.ts";

const CONNECTIONS = 2;
/** Of one decision: each becomes a message of its own. */
const PEOPLE_AT_ONCE = 200;

export class StatementBooks implements Gateway {
  readonly #url: string;
  #opened: Promise<Knex> | undefined;

  constructor(connectionString: string) {
    this.#url = connectionString;
  }

  async call(request: Envelope): Promise<GatewayAnswer> {
    if (request.type !== "statement.list") throw new Error(`expected statement.list, got ${request.type}`);
    const { month, partition, after } = request.data;
    const userIds = await listMovedAccounts(await this.#database(), {
      ...datesOfMonth(month),
      partition,
      after,
      limit: PEOPLE_AT_ONCE,
    });
    const last = userIds.at(-1);
    const next = userIds.length === PEOPLE_AT_ONCE && last !== undefined ? { next: last } : {};
    return { type: "statement.listed", data: { month, userIds, ...next } };
  }

  /** The same at every asking: nothing is posted to a month that is over. */
  readonly paper: MakePaper = async ({ userId, name, locale, month, asOf }) => {
    const database = await this.#database();
    const { from, to } = datesOfMonth(month);
    const filter = { userId, from, to, isOldestFirst: true };
    const lines: EntryResource[] = [];
    for await (const page of allPages((asked) => listEntries(database, { ...filter, ...asked })))
      lines.push(...page);
    const before = lines.length > 0 ? ZERO : await lastBalanceBefore(database, userId, from);
    const content = await statementPdf({
      company: await readCompany(database),
      person: { id: userId, name, locale },
      month,
      lines,
      openingMinor: openingOf(lines, before),
      asOf,
    });
    return { filename: `statement-${month}.pdf`, content };
  };

  async close(): Promise<void> {
    await (await this.#opened)?.destroy();
  }

  /** Opened for the first statement: most workers start without one, and knex is a tenth of what they would load. */
  #database(): Promise<Knex> {
    this.#opened ??= import("../../http/queries/read-database.ts").then(({ createReadDatabase }) =>
      createReadDatabase({ connectionString: this.#url, connectionsMax: CONNECTIONS }),
    );
    return this.#opened;
  }
}
