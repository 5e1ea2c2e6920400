import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ready, redisFactory } from "../../streams/connection.ts";
import { runAtes } from "../ops/cli/run-ates.ts";
import { checkout, removeFolder, scratchFolder } from "../ops/scratch.ts";
import { type Api, signIn } from "../support/api.ts";
import { PASSWORD, type System, startSystem } from "../support/system.ts";
import { until } from "../support/world.ts";

const ZAZU = { email: "zazu@ates.local", name: "Zazu Popug", role: "employee", password: PASSWORD };
/** What the old place's worker held is taken over soon. */
const SOON = { ATES_LEASE_TTL_MS: "1500", ATES_BEAT_EVERY_MS: "200" };
const runbook = (name: string) => readFileSync(join(checkout, "ops/runbooks", `${name}.md`), "utf8");

/** The runbooks, done: each command below stands in one of them. */
describe("backup, restore and a wiped Redis, by the runbooks", function () {
  this.timeout(120_000);
  let folder: string;
  let system: System | undefined;

  before(async () => {
    folder = await scratchFolder();
  });
  after(async () => {
    await system?.stop();
    await removeFolder(folder);
  });

  const start = (place: string) => startSystem(SOON, [], join(folder, place));
  const people = async ({ boardUrl }: System): Promise<Readonly<Record<"admin" | "zazu", Api>>> => ({
    admin: await signIn(boardUrl, "admin@ates.local", PASSWORD),
    zazu: await signIn(boardUrl, ZAZU.email, PASSWORD),
  });

  /** As the runbook writes it, for the system of a folder. */
  async function ates(book: string, place: string, ...args: string[]): Promise<string> {
    expect(runbook(book)).to.include(`npx ates ${args[0] === "backup" ? "backup" : args.join(" ")}`);
    const ran = await runAtes(args, { env: { ATES_DATA_DIR: join(folder, place) } });
    expect([ran.code, ran.err], args.join(" ")).to.deep.equal([0, ""]);
    return ran.out;
  }

  async function createAndComplete(api: Api, title: string): Promise<string> {
    const { status, body } = await api("POST", "/tasks", { title });
    expect(status, JSON.stringify(body)).to.equal(201);
    expect((await api("POST", `/tasks/${body.id}/complete`)).status).to.equal(200);
    return body.id;
  }

  async function balanceOf(api: Api): Promise<number> {
    return (await api("GET", "/accounts/me")).body.balanceMinor;
  }

  it("EDGE-4: an installation that is backed up while people work is restored elsewhere, with Redis empty, and goes on", async () => {
    const first = await start("here");
    system = first;
    const admin = await signIn(first.boardUrl, "admin@ates.local", PASSWORD);
    expect((await admin("POST", "/users", ZAZU)).status).to.equal(201);
    const { zazu } = await people(first);
    await until(async () => (await admin("POST", "/tasks", { title: "First" })).status === 201, "a task");
    const kept = await createAndComplete(zazu, "Before the backup");
    let isWorking = true;
    const working = (async () => {
      while (isWorking) await createAndComplete(zazu, "During the backup");
    })();
    expect(await ates("backup-and-restore", "here", "backup", join(folder, "backup"))).to.match(
      /^\d+ MiB in /m,
    );
    isWorking = false;
    await working;
    const lost = await createAndComplete(zazu, "After the backup");
    await first.stop();
    execFileSync("cp", ["-a", join(folder, "backup"), join(folder, "there")]);
    system = await start("there");
    const restored = await people(system);
    expect((await restored.zazu("GET", `/tasks/${kept}`)).body.status).to.equal("done");
    expect((await restored.zazu("GET", `/tasks/${lost}`)).status).to.equal(404);
    expect(await ates("backup-and-restore", "there", "verify")).to.match(/all \d+ checks hold\n$/);
    const before = await balanceOf(restored.zazu);
    const isOpen = async () => (await restored.zazu("POST", "/tasks", { title: "Second" })).status === 201;
    await until(isOpen, "commands are decided");
    await createAndComplete(restored.zazu, "On the other place");
    await until(async () => (await balanceOf(restored.zazu)) !== before, "it is paid for");
    await ates("backup-and-restore", "there", "rebuild", "analytics", "--check");
    expect(await ates("backup-and-restore", "there", "verify")).to.match(/all \d+ checks hold\n$/);
  });

  it("EDGE-4: Redis is wiped, and by the runbook nothing has to be done but to look", async () => {
    const { redisUrl } = system as System;
    const { zazu } = await people(system as System);
    const redis = await ready(redisFactory(redisUrl, () => {})("commands"));
    await redis.flushall();
    redis.disconnect();
    await until(
      async () => (await zazu("POST", "/tasks", { title: "After the wipe" })).status === 201,
      "work goes on",
      30_000,
    );
    await until(
      async () => (await ates("wiped-redis", "there", "streams")).includes(", lag 0;"),
      "nothing is behind",
    );
    expect(await ates("wiped-redis", "there", "verify")).to.match(/all \d+ checks hold\n$/);
  });
});
