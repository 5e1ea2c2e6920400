import { expect } from "chai";
import type { Role } from "../../../schemas/envelope.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { type MailServer, startMailServer } from "../../actors/mailer/mail-server.ts";
import type { Response } from "../../support/api.ts";
import { type SignedIn, signInAll } from "../../support/people.ts";
import { startWorkerProcess, type WorkerProcess } from "../../support/worker-process.ts";
import { newWorld, until, type World } from "../../support/world.ts";

const FILE = [
  "Summary,Issue key,Labels,Labels,Description",
  'Feed the parrots,POP-1,a,b,"twice, a day"',
  "Clean the cage,POP-2,,,",
  "Broken [brackets],POP-3,,,",
  '"=HYPERLINK(""x"")",42,,,',
  "Clean the cage again,POP-2,,,",
  "",
].join("\r\n");

describe("POST /tasks/import", function () {
  this.timeout(120_000);
  let world: World;
  let people: Readonly<Record<Role, SignedIn>>;

  before(async () => {
    world = await newWorld();
    await world.worker();
    people = await signInAll(world, await world.edge());
  });
  after(() => world.end());

  const send = (file: string, query = "", headers = {}, by: Role = "employee"): Promise<Response> =>
    people[by].api("POST", `/tasks/import${query}`, file, {
      "content-type": "text/csv",
      ...headers,
    });
  const jobOf = (id: string, by: Role = "employee") =>
    until(
      async () => {
        const { body } = await people[by].api("GET", `/jobs/${id}`);
        return body.state === "done" && body;
      },
      "the import is done",
      30_000,
    );
  const tasks = async () => (await people.employee.api("GET", "/tasks?sort=number")).body.items;
  const count = async (from: string) => (await world.pool.query(`select from ${from}`)).rowCount;

  it("TT-12: a dry run tells what would be made of each row, and keeps nothing", async () => {
    const { status, body } = await send(FILE, "?dryRun=true");
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.deep.include({ separator: "comma", rows: 5, created: 2, unchanged: 1, rejected: 2 });
    expect(body.mapping).to.deep.equal({ title: 1, jiraId: 2, description: 5 });
    expect(body.columns[3]).to.deep.equal({ position: 4, name: "Labels" });
    expect(body.errors).to.deep.equal([
      {
        row: 4,
        column: "Summary",
        code: "title_brackets",
        detail: "expected a title without square brackets; a Jira id has a column of its own",
      },
      {
        row: 5,
        column: "Issue key",
        code: "jira_id_invalid",
        detail: "expected LETTERS-DIGITS as in UBERPOP-42, got 42",
      },
    ]);
    expect(
      body.sample.map(({ row, outcome }: { row: number; outcome: string }) => [row, outcome]),
    ).to.deep.equal([
      [2, "created"],
      [3, "created"],
      [4, "rejected"],
      [5, "rejected"],
      [6, "unchanged"],
    ]);
    expect(await count("imports")).to.equal(0);
  });

  it("TT-12: good rows are made, bad ones told and given back as a file, and each has its price and its fee", async () => {
    const { status, body, headers } = await send(FILE);
    expect(status, JSON.stringify(body)).to.equal(202);
    expect(headers.get("location")).to.equal(`/api/v1/jobs/${body.jobId}`);
    const job = await jobOf(body.jobId);
    expect(job).to.deep.include({
      kind: "import",
      done: 5,
      total: 5,
      result: { created: 2, unchanged: 1, rejected: 2 },
    });
    expect(job.errors.map(({ row, code }: { row: number; code: string }) => `${row} ${code}`)).to.deep.equal([
      "4 title_brackets",
      "5 jira_id_invalid",
    ]);
    const made = await tasks();
    expect(
      made.map(({ title, jiraId, description }: Record<string, unknown>) => [title, jiraId, description]),
    ).to.deep.equal([
      ["Feed the parrots", "POP-1", "twice, a day"],
      ["Clean the cage", "POP-2", null],
    ]);
    expect(made[0].createdBy.id).to.equal(people.employee.id);
    await until(async () => (await count("entries where kind = 'fee'")) === 2, "the fees are charged");
    const rejected = await people.employee.api("GET", `/jobs/${body.jobId}/rejected.csv`);
    expect(rejected.headers.get("content-disposition")).to.equal('attachment; filename="rejected.csv"');
    expect(rejected.body).to.equal(
      [
        "Summary,Issue key,Labels,Labels,Description,error,row",
        "Broken [brackets],POP-3,,,,Summary: expected a title without square brackets; a Jira id has a column of its own,4",
        `"'=HYPERLINK(""x"")",42,,,,"Issue key: expected LETTERS-DIGITS as in UBERPOP-42, got 42",5`,
        "",
      ].join("\r\n"),
    );
    expect(await count("import_pieces")).to.equal(0);
  });

  it("AUTH-2 TT-12: an import and its rejected rows are their sender's and the admins'", async () => {
    const { body } = await send(FILE, "", {}, "manager");
    expect((await jobOf(body.jobId, "admin")).result.unchanged).to.equal(3);
    for (const path of [`/jobs/${body.jobId}`, `/jobs/${body.jobId}/rejected.csv`]) {
      expect((await people.accountant.api("GET", path)).status, path).to.equal(404);
      expect((await people.admin.api("GET", path)).status, path).to.equal(200);
    }
  });

  it("EDGE-2 TT-12: the same request again is the same job; another file under its key is refused", async () => {
    const headers = { "idempotency-key": newUuid() };
    const first = await send(FILE, "", headers);
    const again = await send(FILE, "", headers);
    expect(again.body).to.deep.equal(first.body);
    expect(again.headers.get("idempotency-replayed")).to.equal("true");
    const other = await send(`${FILE}More,POP-9,,,\r\n`, "", headers);
    expect([other.status, other.body.code]).to.deep.equal([422, "idempotency_key_reused"]);
    expect((await send(FILE, "", { "idempotency-key": "" })).body.code).to.equal("idempotency_key_required");
    await jobOf(first.body.jobId);
    expect(await tasks()).to.have.length(2);
  });

  it("TT-12: a row with the Jira id, or the words, of a task that was made by hand makes nothing", async () => {
    await people.manager.api("POST", "/tasks", { title: "By hand", jiraId: "POP-77" });
    await people.manager.api("POST", "/tasks", { title: "By hand, too", description: "Slowly" });
    const file = "title;jiraId;description\nFrom Jira;pop-77;\nOf no id;;\nBy hand, too;;Slowly\n";
    expect((await send(file, "?dryRun=true")).body).to.include({
      separator: "semicolon",
      created: 1,
      unchanged: 2,
    });
    const { body } = await send(file);
    expect((await jobOf(body.jobId)).result).to.deep.equal({ created: 1, unchanged: 2, rejected: 0 });
  });

  it("TT-12: no column of titles: a dry run shows the columns, an import asks which it is", async () => {
    const file = "What,Why\nFeed,hunger\n";
    const { body } = await send(file, "?dryRun=true");
    expect(body).to.deep.include({
      rows: 1,
      created: 0,
      mapping: { title: null, jiraId: null, description: null },
    });
    expect(body.sample).to.deep.equal([{ row: 2, cells: ["Feed", "hunger"], outcome: null }]);
    const refused = await send(file);
    expect([refused.status, refused.body.errors[0].pointer]).to.deep.equal([400, "/query/title"]);
    const mapped = await send(file, "?title=what&description=%232&dryRun=true");
    expect(mapped.body.mapping).to.deep.equal({ title: 1, jiraId: null, description: 2 });
  });

  it("EDGE-1 TT-12: type, size and sender are asked for before the file is read; others keep their limit", async () => {
    const large = "x".repeat(1_100_000);
    expect((await send(`title\n${large}\n`, "?dryRun=true")).body).to.include({ code: "invalid_csv" });
    const json = await send(FILE, "", { "content-type": "application/json" });
    expect([json.status, json.body.code]).to.deep.equal([415, "unsupported_media_type"]);
    const huge = await send("x".repeat(32 * 1024 * 1024 + 1), "?dryRun=true");
    expect(huge.status).to.equal(413);
    const stranger = await send(FILE, "", { authorization: "Bearer no" });
    expect(stranger.status).to.equal(401);
    const task = await people.employee.api("POST", "/tasks", { title: "x", description: large });
    expect(task.status).to.equal(413);
  });

  it("TT-12: what was exported is imported again as it was, and makes nothing; a formula stays text", async () => {
    const title = "=SUM(A1:A9)";
    await people.manager.api("POST", "/tasks", { title, description: "-5 degrees" });
    const exported = await people.employee.api("GET", "/tasks.csv?q=SUM");
    expect(exported.headers.get("content-disposition")).to.equal('attachment; filename="tasks.csv"');
    expect(exported.body).to.match(/^number,jiraId,title,.*\r\n\d+,,'=SUM\(A1:A9\),'-5 degrees,open,/);
    const all = await people.employee.api("GET", "/tasks.csv");
    const { body } = await send(all.body, "?dryRun=true");
    expect(body).to.deep.include({ created: 0, unchanged: body.rows, rejected: 0 });
    expect(body.rows).to.equal(await count("tasks"));
  });

  it("TT-12: 10,000 rows are made in pieces, and made once when they are sent twice", async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => `Row ${n},BIG-${n},"line 1\nline 2 of ${n}"`);
    const file = `\uFEFFtitle,jiraId,description\n${rows.join("\n")}\n`;
    const [first, second] = await Promise.all([send(file), send(file, "", {}, "manager")]);
    const results = [await jobOf(first.body.jobId), await jobOf(second.body.jobId, "admin")].map(
      ({ result }) => result,
    );
    expect(results[0].created + results[1].created).to.equal(10_000);
    expect(results[0].unchanged + results[1].unchanged).to.equal(10_000);
    expect(await count("tasks where jira_id like 'BIG-%'")).to.equal(10_000);
  });
});

describe("an import whose worker dies", function () {
  this.timeout(120_000);
  let world: World;
  let mails: MailServer;
  const processes: WorkerProcess[] = [];
  const start = async () => processes.push(await startWorkerProcess(world, mails.url));

  before(async () => {
    world = await newWorld();
    mails = await startMailServer();
    await start();
  });
  after(async () => {
    for (const { child, ended } of processes) {
      if (child.exitCode === null) child.kill("SIGKILL");
      await ended;
    }
    await mails.stop();
    await world.end();
  });

  it("G1 TT-12: is ended by the next one: every row is a task, and none is two", async () => {
    const { employee } = await signInAll(world, await world.edge());
    const rows = Array.from({ length: 6_000 }, (_, n) => `Row ${n}`);
    const file = `title\n${rows.join("\n")}\n`;
    const { body } = await employee.api("POST", "/tasks/import", file, { "content-type": "text/csv" });
    const job = async () => (await employee.api("GET", `/jobs/${body.jobId}`)).body;
    await until(async () => (await job()).done > 500, "the import is under way", 20_000);
    processes[0]?.child.kill("SIGKILL");
    await processes[0]?.ended;
    const { done, state } = await job();
    expect([state, done < rows.length]).to.deep.equal(["running", true]);
    await start();
    await until(async () => (await job()).state === "done", "the import is done", 40_000);
    expect((await job()).result).to.deep.equal({ created: rows.length, unchanged: 0, rejected: 0 });
    const { rows: found } = await world.pool.query(
      `select count(*)::int as tasks, count(distinct title)::int as titles, max(number) as last,
              (select count(*)::int from task_history where kind = 'assigned') as assigned from tasks`,
    );
    const count = rows.length;
    expect(found[0]).to.deep.equal({ tasks: count, titles: count, last: count, assigned: count });
  });
});
