import { connect, createServer, type Socket } from "node:net";
import { expect } from "chai";
import { type MailServer, startMailServer } from "../actors/mailer/mail-server.ts";
import { ask, register, type Sender } from "../support/client.ts";
import { startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";
import { newWorld, until, type World } from "../support/world.ts";

/** A wire to Postgres that can die without a word: what is open stays open and carries nothing, what comes later works. */
class Wire {
  #pairs: [Socket, Socket][] = [];
  readonly #server = createServer((client) => this.#join(client));
  readonly #to: URL;

  constructor(to: string) {
    this.#to = new URL(to);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const url = new URL(this.#to);
    url.port = String((this.#server.address() as { port: number }).port);
    url.hostname = "127.0.0.1";
    return url.href;
  }

  /** Answers how many connections are dead now. */
  die(): number {
    for (const [client, server] of this.#pairs) {
      client.unpipe(server).resume();
      server.unpipe(client).resume();
    }
    return this.#pairs.splice(0).length;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#pairs.flat()) socket.destroy();
  }

  #join(client: Socket): void {
    const server = connect(Number(this.#to.port), this.#to.hostname);
    for (const socket of [client, server]) socket.on("error", () => undefined);
    client.pipe(server);
    server.pipe(client);
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
    this.#pairs.push([client, server]);
  }
}

describe("dead lines to Postgres", function () {
  this.timeout(120_000);
  let world: World;
  let mail: MailServer;
  let wire: Wire;
  let worker: WorkerProcess;
  let popug: Sender;

  before(async () => {
    world = await newWorld({ ATES_LEASE_TTL_MS: "2000", ATES_BEAT_EVERY_MS: "250" });
    mail = await startMailServer();
    wire = new Wire(world.databaseUrl);
    worker = await startWorkerProcess({ ...world, databaseUrl: await wire.listen() }, mail.url);
    popug = await register(world, "Popug");
  });
  after(async () => {
    worker?.child.kill("SIGTERM");
    await worker?.ended;
    wire?.close();
    await mail?.stop();
    await world?.end();
  });

  it("EDGE-3 G2: a worker whose every connection dies without a word is back within two leases, and nothing is a dead letter", async () => {
    expect(wire.die()).to.be.greaterThan(0);
    const startedMs = Date.now();
    const { accepted } = await ask(
      world,
      "task-board",
      "task.create",
      "new",
      { title: "After the silence" },
      popug,
    );
    expect(accepted).to.equal(true);
    // Half a lease of silence is enough to cut the lines; the statement's own deadline is sixteen seconds.
    expect(Date.now() - startedMs).to.be.below(12_000);
    await until(
      async () => (await world.pool.query("select from entries")).rowCount === 1,
      "the fee is charged",
    );
    expect((await world.pool.query("select from dead_letters")).rowCount).to.equal(0);
  });
});
