import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { createReadDatabase } from "../../../http/queries/read-database.ts";
import { Sockets } from "../../../http/sockets.ts";
import { isUnavailable } from "../../../http/unavailable.ts";
import { useDatabase } from "./database.ts";

describe("queries: the read database", () => {
  const used = useDatabase();

  it("gives int8, date, timestamptz as chosen, whatever the session's zone and this process's", async () => {
    const select =
      "select 5::int8 as n, date '2026-03-29' as d, timestamptz '2026-03-29 00:30:00+00' as t, null::date as none";
    let rows: unknown;
    await used.db.reads.transaction(async (transaction) => {
      await transaction.raw("set local time zone 'America/New_York'");
      rows = (await transaction.raw<{ rows: unknown }>(select)).rows;
    });
    expect(rows).to.deep.equal([{ n: 5, d: "2026-03-29", t: "2026-03-29T00:30:00.000Z", none: null }]);
  });

  it("writes nothing", async () => {
    const attempt = await used.db
      .reads("analytics.people")
      .insert({})
      .catch((error: Error) => error);
    expect(attempt).to.be.instanceOf(Error).and.include({ code: "25006" });
  });

  it("a statement that takes too long is ended by the server, and the pool goes on", async () => {
    const reads = createReadDatabase({
      connectionString: used.db.url,
      statementTimeoutMs: 50,
      connectionsMax: 1,
    });
    const slow = await reads.raw("select pg_sleep(5)").catch((error: Error) => error);
    expect(slow).to.include({ code: "57014" });
    expect((await reads.raw("select 1 as one")).rows).to.deep.equal([{ one: 1 }]);
    await reads.destroy();
  });

  it("EDGE-3: a Postgres that is away is an error at once, one that can be told from a bug", async () => {
    const port = await closedPort();
    const reads = createReadDatabase(`postgres://ates@127.0.0.1:${port}/ates`);
    const began = performance.now();
    const failure = await reads.raw("select 1").catch((error: unknown) => error);
    expect(isUnavailable(failure)).to.equal(true);
    expect(performance.now() - began).to.be.lessThan(100);
    await reads.destroy();
  });

  it("a Postgres that falls silent within a query is given up, and the next query gets a new connection", async () => {
    const proxy = await Wire.to(used.db.url);
    const reads = createReadDatabase({
      connectionString: proxy.url,
      statementTimeoutMs: 50,
      connectionsMax: 1,
      sockets: new Sockets(200),
    });
    await reads.raw("select 1");
    proxy.silent = true;
    const failure = await reads.raw("select 2").catch((error: unknown) => error);
    expect(isUnavailable(failure)).to.equal(true);
    proxy.silent = false;
    expect((await reads.raw("select 3 as three")).rows).to.deep.equal([{ three: 3 }]);
    await reads.destroy();
    await proxy.close();
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Passes bytes on until it is told to swallow those of the client: a half-open connection. */
class Wire {
  silent = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async to(url: string): Promise<Wire> {
    const target = new URL(url);
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const own = new URL(url);
    own.port = String((server.address() as AddressInfo).port);
    const proxy = new Wire(server, own.href);
    server.on("connection", (client) => {
      const upstream = connect(Number(target.port), target.hostname);
      for (const socket of [client, upstream]) {
        proxy.#sockets.add(socket);
        socket.on("error", () => undefined);
      }
      client.on("data", (bytes) => proxy.silent || upstream.write(bytes));
      upstream.on("data", (bytes) => client.write(bytes));
      client.on("close", () => upstream.destroy());
      upstream.on("close", () => client.destroy());
    });
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
