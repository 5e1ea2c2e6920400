/**
 * A statement with a name, as the pages send it. With every execution pg asks what form the rows have, which Postgres
 * looks up, and the client reads and makes ready anew: of an account's read, 27 of the client's 92 µs. A prepared
 * statement has one form for as long as its connection (Postgres refuses to execute one whose form would be another), so
 * here it is asked for once per connection.
 *
 * What pg calls on a query that it is given (`Submittable`): `submit`, then a `handle…` for each message.
 */
import type { Submittable } from "pg";
import { COLUMN_TYPES } from "./column-types.ts";

export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What pg's connection can; its types leave out half of it. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** Texts by name; pg notes them. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  parse(message: { name: string; text: string; types: readonly number[] }): void;
  bind(message: {
    statement: string;
    values: readonly unknown[];
    valueMapper: (value: unknown) => unknown;
  }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: object): void;
  sync(): void;
}

interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** pg's types know no parser of a number that stands in a variable. */
const PARSERS = COLUMN_TYPES as unknown as { getTypeParser(oid: number, format: "text"): Column["parse"] };

const forms = new WeakMap<Wire, Map<string, readonly Column[]>>();

export class PreparedRead<Row> implements Submittable {
  readonly name: string;
  readonly text: string;
  /** Set by pg. */
  callback: ((error: Error | undefined, result?: { rows: Row[] }) => void) | undefined;
  readonly #values: readonly unknown[];
  readonly #rows: Row[] = [];
  #wire: Wire | undefined;
  #form: readonly Column[] | undefined;
  #failure: Error | undefined;

  constructor({ name, text, values }: NamedStatement) {
    this.name = name;
    this.text = text;
    this.#values = values;
  }

  /** Answers what is wrong, when nothing was sent. */
  submit(connection: unknown): Error | undefined {
    const wire = connection as Wire;
    this.#wire = wire;
    const parsed = wire.parsedStatements[this.name];
    if (parsed !== undefined && parsed !== this.text)
      return new Error(`expected one text by the name ${this.name}, got another: ${this.text}`);
    const isParsed = parsed !== undefined;
    this.#form = isParsed ? forms.get(wire)?.get(this.name) : undefined;
    wire.stream.cork();
    try {
      if (!isParsed) wire.parse({ name: this.name, text: this.text, types: [] });
      wire.bind({ statement: this.name, values: this.#values, valueMapper: asText });
      if (this.#form === undefined) wire.describe({ type: "P", name: "" });
      wire.execute({});
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    return undefined;
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#form = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: PARSERS.getTypeParser(dataTypeID, "text"),
    }));
    if (this.#wire === undefined) return;
    const ofConnection = forms.get(this.#wire) ?? new Map();
    forms.set(this.#wire, ofConnection.set(this.name, this.#form));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#failure !== undefined || this.#form === undefined) return;
    try {
      const row: Record<string, unknown> = {};
      let at = 0;
      for (const { name, parse } of this.#form) {
        const text = fields[at++] ?? null;
        row[name] = text === null ? null : parse(text);
      }
      this.#rows.push(row as Row);
    } catch (error) {
      this.#failure = error as Error; // thrown here, it would end the process
    }
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#end(this.#failure);
  }

  handleError(error: Error): void {
    this.#end(error);
  }

  #end(error: Error | undefined): void {
    const { callback } = this;
    this.callback = undefined;
    if (error === undefined) callback?.(undefined, { rows: this.#rows });
    else callback?.(error);
  }
}

function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
