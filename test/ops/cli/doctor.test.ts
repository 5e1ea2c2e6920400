import { expect } from "chai";
import { lookAtNode, lookAtPages } from "../../../ops/doctor/machine.ts";
import { lookAtMemory, lookAtPersistence, lookAtVersion } from "../../../ops/doctor/wire.ts";
import { startMailbox } from "../../../ops/embedded/mailbox.ts";
import { ALL_KINDS, groupsOf, KINDS, partitionsOf } from "../../../streams/topology.ts";
import { newWorld, until, type World } from "../../support/world.ts";
import { recordedLog, removeFolder, scratchFolder } from "../scratch.ts";
import { type Ran, runAtes } from "./run-ates.ts";

const stateOf = ({ out }: Ran, about: string) => new RegExp(`^(ok|warn|FAIL) +${about} `, "m").exec(out)?.[1];

/** Of every kind, in a world of four. */
const PARTITIONS = ALL_KINDS.reduce((sum, kind) => sum + partitionsOf(KINDS[kind].spread, 4), 0);

describe("ates doctor", function () {
  this.timeout(120_000);
  let world: World;

  beforeEach(async () => {
    world = await newWorld();
  });
  afterEach(() => world.end());

  it("OPS-3: finds nothing wrong with a system that runs", async () => {
    const folder = await scratchFolder();
    const mailbox = await startMailbox({ dataDir: folder, log: recordedLog() });
    try {
      const host = await world.worker();
      await until(async () => host.ownedCount === PARTITIONS, "all partitions are taken");
      const ran = await runAtes(["doctor"], { world, env: { SMTP_URL: mailbox.smtpUrl } });
      for (const about of [
        "Node",
        "config",
        "servers",
        "Postgres",
        "clock",
        "schema",
        "installation",
        "Redis",
        "eviction",
        "mail",
        "workers",
        "partitions",
        "lag",
        "commands",
        "dead letters",
      ]) {
        expect(stateOf(ran, about), `${about}\n${ran.out}`).to.equal("ok");
      }
      expect(ran.out).not.to.include("FAIL");
      expect(ran.code).to.equal(0);
    } finally {
      await mailbox.stop();
      await removeFolder(folder);
    }
  });

  it("OPS-3: without a worker it fails, and says what to start", async () => {
    const ran = await runAtes(["doctor"], { world });
    expect(stateOf(ran, "workers")).to.equal("FAIL");
    expect(ran.out).to.include("→ start `ates worker`");
    const named = "account\\/0, account\\/1, account\\/2";
    expect(ran.out).to.match(
      new RegExp(
        `^FAIL +partitions +${PARTITIONS} of ${PARTITIONS} have no living owner: ${named} and ${PARTITIONS - 3} more$`,
        "m",
      ),
    );
    expect(stateOf(ran, "mail"), "SMTP_URL is not set").to.equal("warn");
    expect(ran.code).to.equal(1);
  });

  it("OPS-3 EVT-4: lag that stands, old promises and dead letters about money are told", async () => {
    await world.pool.query(`update partitions set outbox = '{"users/1": 2}' where kind = 'directory'`);
    await world.pool.query(
      "insert into commands (id, fingerprint, topic, type, state, created_at) values (gen_random_uuid(), '', 'task-board', 'x', 'pending', now() - interval '1 minute')",
    );
    await world.pool.query(
      "insert into dead_letters (id, kind, partition, actor, type, code, reason, state, envelope) values (gen_random_uuid(), 'account', 0, 'book', 'x', 'handler_failed', 'y', 'dead', '{}')",
    );
    const ran = await runAtes(["doctor"], { world });
    const readers = groupsOf("users").length;
    expect(ran.out).to.match(
      new RegExp(
        `^warn +lag +${2 * readers} facts on their way, not less than a moment ago: users/1 to task-board 2, .* and ${readers - 3} more$`,
        "m",
      ),
    );
    expect(stateOf(ran, "commands")).to.equal("warn");
    expect(ran.out).to.match(/^FAIL +dead letters +1, 1 of them about money$/m);
  });

  it("OPS-3: a schema that is older or newer than this release is a failure with its remedy", async () => {
    await world.pool.query("delete from migrations where number = (select max(number) from migrations)");
    const older = await runAtes(["doctor"], { world });
    expect(older.out).to.match(
      /^FAIL +schema +the database is at migration \d+, this release needs \d+\n +→ ates migrate$/m,
    );
    await world.pool.query("insert into migrations (number, name) values (9999, 'later')");
    const newer = await runAtes(["doctor"], { world });
    expect(newer.out).to.match(
      /^FAIL +schema +the database is at migration 9999, this release knows \d+\n +→ use a newer release of aTES$/m,
    );
    await world.pool.query("drop table migrations");
    expect((await runAtes(["doctor"], { world })).out).to.match(/^FAIL +schema +the database is empty$/m);
  });

  it("EDGE-3 OPS-3: servers that do not answer are named, and what does not stand on them is looked at all the same", async () => {
    const noRedis = await runAtes(["doctor"], {
      world,
      env: { REDIS_URL: "redis://127.0.0.1:1", SMTP_URL: "smtp://127.0.0.1:1" },
    });
    expect(noRedis.out).to.match(/^FAIL +Redis +127\.0\.0\.1:1 does not answer/m);
    expect(noRedis.out).to.match(/^warn +mail +the mail server at 127\.0\.0\.1:1 does not: /m);
    expect(stateOf(noRedis, "Postgres")).to.equal("ok");
    expect(stateOf(noRedis, "partitions")).to.equal("FAIL");
    const noPostgres = await runAtes(["doctor"], {
      world,
      env: { DATABASE_URL: "postgres://ates:secret@127.0.0.1:1/ates" },
    });
    expect(noPostgres.out).to.match(/^FAIL +Postgres +Postgres at 127\.0\.0\.1:1\/ates does not answer/m);
    expect(stateOf(noPostgres, "Redis")).to.equal("ok");
    expect(noPostgres.out).not.to.include("secret");
    expect([noRedis.code, noPostgres.code]).to.deep.equal([1, 1]);
  });

  it("OPS-3: wrong settings, and no servers at all, are failures in one line", async () => {
    const wrong = await runAtes(["doctor"], { env: { ATES_PARTITIONS: "many" } });
    expect(wrong.out).to.match(
      /^FAIL +config +ATES_PARTITIONS: expected a whole number from 1 to 1024, got "many"\./m,
    );
    const rare = await runAtes(["doctor"], {
      env: { ATES_LEASE_TTL_MS: "1500", ATES_BEAT_EVERY_MS: "1000" },
    });
    expect(rare.out).to.match(
      /ATES_BEAT_EVERY_MS: expected at most a third of ATES_LEASE_TTL_MS \(1500\), got "1000"/,
    );
    const folder = await scratchFolder();
    const none = await runAtes(["doctor", "--json"], { cwd: folder }).finally(() => removeFolder(folder));
    expect(JSON.parse(none.out).at(-1)).to.include({ state: "FAIL", about: "servers" });
    expect([wrong.code, none.code]).to.deep.equal([1, 1]);
  });

  it("OPS-3: what is too old, or may drop unread entries, is told from what the server says of itself", () => {
    expect(lookAtNode("22.1.0").state).to.equal("FAIL");
    expect(lookAtNode("26.0.0").state).to.equal("ok");
    expect(lookAtPages("/nowhere/index.html").state).to.equal("warn");
    expect(lookAtVersion("6.2.14", "here").state).to.equal("FAIL");
    expect(lookAtVersion("7.0.0", "here").state).to.equal("ok");
    expect(lookAtMemory(new Map([["maxmemory_policy", "allkeys-lru"]])).state).to.equal("FAIL");
    expect(lookAtMemory(new Map([["maxmemory_policy", "noeviction"]])).state).to.equal("ok");
    expect(lookAtPersistence(new Map([["aof_enabled", "0"]])).state).to.equal("warn");
  });
});
