import { expect } from "chai";
import { findServers } from "../../../ops/cli/connection.ts";
import { readConfig } from "../../../ops/config.ts";
import { removeRunning, writeRunning } from "../../../ops/running-file.ts";
import { removeFolder, scratchFolder } from "../scratch.ts";
import { runAtes } from "./run-ates.ts";

describe("the servers of an operator's command", function () {
  this.timeout(120_000);
  const RUNNING = {
    pid: process.pid,
    databaseUrl: "postgres://ates:secret@127.0.0.1:1/ates",
    redisUrl: "redis://127.0.0.1:2",
    smtpUrl: "smtp://127.0.0.1:3",
    boardUrl: "http://127.0.0.1:4",
    mailboxUrl: undefined,
  };
  let folder: string;

  beforeEach(async () => {
    folder = await scratchFolder();
  });
  afterEach(() => removeFolder(folder));

  it("OPS-3: are those of the system that runs from this folder", async () => {
    await writeRunning(folder, RUNNING);
    const servers = await findServers(readConfig({ ATES_DATA_DIR: folder }));
    expect(servers).to.include({
      databaseUrl: RUNNING.databaseUrl,
      redisUrl: RUNNING.redisUrl,
      smtpUrl: RUNNING.smtpUrl,
    });
    expect(servers.foundIn).to.include(`process ${process.pid}`);
    await removeRunning(folder);
  });

  it("OPS-3: are those of the environment, and never one of each", async () => {
    await writeRunning(folder, RUNNING);
    const env = { ATES_DATA_DIR: folder, DATABASE_URL: "postgres://127.0.0.1:9/other" };
    expect(await findServers(readConfig(env))).to.deep.include({
      databaseUrl: env.DATABASE_URL,
      redisUrl: undefined,
    });
    const redisOnly = { ATES_DATA_DIR: folder, REDIS_URL: "redis://127.0.0.1:9" };
    const refused = await findServers(readConfig(redisOnly)).catch(String);
    expect(refused).to.include("REDIS_URL is set and DATABASE_URL is not");
  });

  it("OPS-3: a system that was killed is not taken for a running one", async () => {
    await writeRunning(folder, { ...RUNNING, pid: 2 ** 22 + 1 });
    const refused = await findServers(readConfig({ ATES_DATA_DIR: folder })).catch(String);
    expect(refused).to.include("no system is running from this folder");
  });

  it("OPS-3: when there are none, every command says so in one sentence and exits 1", async () => {
    const sentence =
      "ates: no system is running from this folder (.ates/running.json names none): start `ates up` here, or set DATABASE_URL and REDIS_URL.\n";
    for (const args of [["verify"], ["streams"], ["dead-letters"], ["close-day"]]) {
      expect(await runAtes(args, { cwd: folder }), args.join()).to.deep.equal({
        code: 1,
        out: "",
        err: sentence,
      });
    }
  });

  it("OPS-3: a Postgres that does not answer is named without its password", async () => {
    const { code, err } = await runAtes(["verify"], { env: { DATABASE_URL: RUNNING.databaseUrl } });
    expect(err).to.match(/^ates: Postgres at 127\.0\.0\.1:1\/ates does not answer: .*ECONNREFUSED/);
    expect(err).not.to.include("secret");
    expect(code).to.equal(1);
  });
});
