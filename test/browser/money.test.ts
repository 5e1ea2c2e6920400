/**
 * Where money and files are read, in a real browser on the whole system: an import with bad rows, why a balance is what
 * it is, a receipt sent again, a dead letter tried again; and what a role may not see is not told to its browser.
 * One employee, so every draw is certain.
 */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "../../bench/chromium.ts";
import { buildWeb } from "../../ops/build-web.ts";
import { type Api, signIn } from "../support/api.ts";
import { Visitor } from "../support/browser.ts";
import { PASSWORD, type System, startSystem } from "../support/system.ts";
import { until } from "../support/world.ts";
import { enter } from "./by-keyboard.ts";
import { RUBBISH, sendRubbish } from "./rubbish.ts";

const PEOPLE = {
  employee: { email: "zazu@ates.local", name: "Zazu Popug" },
  manager: { email: "moa@ates.local", name: "Moa Popug" },
  accountant: { email: "ada@ates.local", name: "Ada Popug" },
  admin: { email: "admin@ates.local", name: "" },
} as const;
type Role = keyof typeof PEOPLE;
const ROLES = Object.keys(PEOPLE) as Role[];
const FEE = 10;
const REWARD = 30;
/** So long that it is not done by the time its people are gone. */
const ROWS_OF_LONG_FILE = 20_000;

const FILE = {
  name: "jira.csv",
  mimeType: "text/csv",
  buffer: Buffer.from(
    [
      "Issue key,Summary,Status",
      "UBERPOP-1,Feed the parrots,To Do",
      "UBERPOP-2,[UBERPOP-2] Feed them again,To Do",
      "no key,Feed them once more,To Do",
      'UBERPOP-4,"=HYPERLINK(""http://evil"")",To Do',
      "",
    ].join("\r\n"),
  ),
};

/** What each role's browser may be told of; all else is somebody else's. */
const OF_EVERYBODY = /^\/(me|company|tasks|users|views|jobs|feed|accounts\/me|auth)\b/;
const OF_COMPANY = /^\/(accounts|corrections|reconciliation|mails|days|earnings|payouts)\b/;

describe("the pages of money", function () {
  this.timeout(120_000);
  this.slow(6_000);
  const apis = {} as Record<Role, Api>;
  const visitors = {} as Record<Role, Visitor>;
  let browser: Browser | undefined;
  let system: System | undefined;
  let businessDate = "";

  before(async function () {
    browser = await openBrowser();
    if (browser === undefined) return this.skip();
    await buildWeb();
    system = await startSystem({
      ATES_FEE_MINOR: `${FEE}..${FEE}`,
      ATES_REWARD_MINOR: `${REWARD}..${REWARD}`,
      ATES_EXCLUDED_ROLES: "admin,manager,accountant",
      ATES_RETRY_BASE_MS: "20",
      ATES_RETRY_ATTEMPTS_MAX: "2",
    });
    const { boardUrl } = system;
    apis.admin = await signIn(boardUrl, PEOPLE.admin.email, PASSWORD);
    for (const role of ROLES) {
      if (role !== "admin")
        expect(
          (await apis.admin("POST", "/users", { ...PEOPLE[role], role, password: PASSWORD })).status,
        ).to.equal(201);
      apis[role] = await signIn(boardUrl, PEOPLE[role].email, PASSWORD);
      visitors[role] = await Visitor.at(browser, boardUrl);
    }
    businessDate = (await apis.admin("GET", "/company")).body.businessDate;
    await until(
      async () => (await apis.admin("POST", "/tasks", { title: "Whistle" })).status === 201,
      "a task can be assigned",
    );
    await visitors.employee.signIn(PEOPLE.employee.email, PASSWORD);
  });

  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const stat = (page: Page, label: string) =>
    page.locator(".stat").filter({ hasText: label }).locator(".stat-figure").innerText();

  async function saved(page: Page, button: string): Promise<string> {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button }).click(),
    ]);
    return readFile(await file.path(), "utf8");
  }

  it("TT-12: a file is read before anything is made of it: its columns, its bad rows, what would be new", async () => {
    const { page } = visitors.employee;
    await enter(page, page.getByRole("link", { name: "Import" }));
    const chooser = page.waitForEvent("filechooser");
    await enter(page, page.locator("button", { hasText: "Choose a CSV file" }));
    await (await chooser).setFiles(FILE);
    await page.getByRole("button", { name: "Import 2 tasks" }).waitFor();
    expect(await page.getByLabel("Title").locator("option:checked").innerText()).to.equal("Summary");
    expect(await page.getByLabel("Jira id").locator("option:checked").innerText()).to.equal("Issue key");
    const errors = page.getByRole("region", { name: "Rows that are not taken" });
    await errors.getByRole("row", { name: /^3 Summary The title has square brackets/ }).waitFor();
    await errors.getByRole("row", { name: /^4 Issue key A Jira id is letters, a dash, digits/ }).waitFor();
    await page.getByLabel("Jira id").selectOption({ label: "Not taken" });
    await page.getByRole("button", { name: "Import 3 tasks" }).waitFor();
    await page.getByLabel("Jira id").selectOption({ label: "Issue key" });
    await page.getByRole("button", { name: "Import 2 tasks" }).waitFor();
    expect((await apis.admin("GET", "/tasks")).body.items).to.have.length(1);
  });

  it("TT-12: an import is begun by keyboard, followed, left and found again; its bad rows come back as a file to mend", async () => {
    const { page } = visitors.employee;
    await enter(page, page.getByRole("button", { name: "Import 2 tasks" }));
    await page.getByText("Imported", { exact: true }).waitFor();
    expect(await stat(page, "New")).to.equal("2");
    const address = new URL(page.url());
    await page.getByRole("link", { name: "Board", exact: true }).click();
    await page.locator(".job").getByText("2 new tasks · 0 there already · 2 not taken").waitFor();
    await visitors.employee.goTo(address.pathname + address.search);
    await page.getByText("Imported", { exact: true }).waitFor();
    expect(await stat(page, "Not taken")).to.equal("2");
    const rejected = await saved(page, "Download the rows that were not taken");
    expect(rejected.split("\r\n")[0]).to.match(/^Issue key,Summary,Status,/);
    expect(rejected).to.contain("[UBERPOP-2] Feed them again").and.to.contain("no key,Feed them once more");
    await page.getByRole("button", { name: "Import another file" }).click();
    await page.locator("input[type=file]").setInputFiles(FILE);
    await page.getByRole("button", { name: "Nothing to import" }).waitFor();
    expect(await stat(page, "There already")).to.equal("2");
  });

  it("TT-12: the list as a file holds what is shown, and nothing in it that a spreadsheet would run", async () => {
    const { page } = visitors.employee;
    await visitors.employee.goTo("/?view=list&jiraId=UBERPOP");
    await page.getByText("Feed the parrots").first().waitFor();
    const lines = (await saved(page, "Download CSV")).trim().split("\r\n");
    expect(lines).to.have.length(3);
    expect(lines.join()).to.contain("Feed the parrots").and.to.contain(`"'=HYPERLINK`);
  });

  it("ACC-6: why a balance is what it is: its sum, then back entry by entry to the task and the click", async () => {
    const { page } = visitors.employee;
    const { items } = (await apis.employee("GET", "/tasks?q=parrots")).body;
    expect((await apis.employee("POST", `/tasks/${items[0].id}/complete`)).status).to.equal(200);
    await page.getByRole("link", { name: "My account" }).click();
    await page.getByRole("row").filter({ hasText: "Reward" }).waitFor();
    expect(await stat(page, "Within reach")).to.equal(`+¥${2 * REWARD}`);
    await page.getByRole("link", { name: "Why is the balance this?" }).click();
    const why = page.getByRole("dialog", { name: "Why ¥0?" });
    await why.getByText("3 fees", { exact: true }).waitFor();
    await why.getByText("1 reward", { exact: true }).waitFor();
    const origin = why.getByRole("region", { name: "Where it comes from" });
    await origin.getByText("Completed", { exact: true }).waitFor();
    await origin.getByText("Reward paid", { exact: true }).waitFor();
    await why.getByRole("button", { name: "Entry before" }).click();
    await page.getByRole("dialog", { name: `Why −¥${3 * FEE}?` }).waitFor();
    const before = page.getByRole("dialog");
    await before.getByText("Fee charged", { exact: true }).waitFor();
    await before.getByRole("link", { name: /HYPERLINK|Feed the parrots/ }).click();
    await page.getByRole("dialog").getByRole("region", { name: "History" }).waitFor();
  });

  it("ACC-6 ACC-8: the log is filtered by kind and words; a month's statement is saved, oldest first", async () => {
    const { page } = visitors.employee;
    await visitors.employee.goTo("/account");
    await page.getByLabel("Entry").selectOption({ label: "Fee" });
    await page.getByRole("row").filter({ hasText: "Reward" }).waitFor({ state: "detached" });
    await page.getByLabel("Search entries").fill("whistle");
    const rows = page.getByRole("region", { name: "Log" }).locator("tbody tr");
    await until(async () => (await rows.count()) === 1, "one entry is left");
    const lines = (await saved(page, "Statement (CSV)")).trim().split("\r\n");
    expect(lines).to.have.length(5);
    expect(lines[1]).to.contain("Whistle").and.to.contain(`-${FEE}`);
    expect(lines[4]).to.contain("reward");
  });

  it("PAY-3 PAY-5: the accountant sees the receipt sent, and sends it again by keyboard: the same mail comes once more", async () => {
    const { items } = (await apis.employee("GET", "/tasks?assignee=me&status=open")).body;
    for (const { id } of items) await apis.employee("POST", `/tasks/${id}/complete`);
    await until(
      async () => (await apis.employee("GET", "/accounts/me")).body.balanceMinor === 2 * REWARD,
      "both rewards are booked",
    );
    expect((await apis.accountant("POST", `/days/${businessDate}/close`)).status).to.equal(202);
    const { accountant } = visitors;
    await accountant.signIn(PEOPLE.accountant.email, PASSWORD);
    await accountant.turnTo(`/days/${businessDate}`);
    const payout = accountant.page.getByRole("row").filter({ hasText: PEOPLE.employee.name });
    await payout.getByText("Sent", { exact: true }).waitFor();
    expect(await mails()).to.have.length(1);
    const again = payout.getByRole("button", { name: `Send again: the receipt of ${PEOPLE.employee.name}` });
    await enter(accountant.page, again);
    await until(async () => (await mails()).length === 2, "the receipt is there twice");
    const [first, second] = await mails();
    expect(second?.text)
      .to.equal(first?.text)
      .and.to.contain(`¥${2 * REWARD}`);
    await payout.getByText("Sent", { exact: true }).waitFor();
  });

  it("PAY-5: the accountant finds a mail that bounced by its state and kind, with the reason, and sends it again", async () => {
    const bounce = "550 5.1.1 no such bird";
    await inPostgres(`update mails set state = 'failed', failure = '${bounce}' where template = 'receipt'`);
    const { page } = visitors.accountant;
    await enter(page, page.getByRole("link", { name: "Mails" }));
    await page.getByRole("button", { name: "Not sent" }).click();
    await page.getByLabel("Kind").selectOption({ label: "Statement" });
    await page.getByText("No mail fits the filter.").waitFor();
    await page.getByLabel("Kind").selectOption({ label: "Receipt" });
    const mail = page.getByRole("row").filter({ hasText: PEOPLE.employee.email });
    await mail.getByText(bounce).waitFor();
    expect(page.url()).to.match(/\/mails\?state=failed&kind=receipt$/);
    await enter(page, mail.getByRole("button", { name: /^Send again to Zazu Popug: Your payout/ }));
    await until(async () => (await mails()).length === 3, "the mail is there once more");
    await page.getByText("No mail fits the filter.").waitFor();
    await visitors.accountant.turnTo("/mails");
    await mail.filter({ hasText: "Receipt" }).getByText("Sent", { exact: true }).waitFor();
  });

  it("ACC-8: the balance at a moment is that of the books, as known now and as recorded then, and the address keeps it", async () => {
    const { page } = visitors.employee;
    const { id } = (await apis.employee("GET", "/me")).body;
    const { items } = (await apis.employee("GET", `/accounts/${id}/entries?limit=2`)).body;
    expect(items.map(({ kind }: { kind: string }) => kind)).to.deep.equal(["payout", "reward"]);
    // The zone of the company is UTC, and the address knows of parts of a second.
    await visitors.employee.turnTo(`/account?at=${items[1].occurredAt.replace("Z", "")}`);
    const section = page.getByRole("region", { name: "Balance at a moment" });
    await section.getByText(`¥${2 * REWARD}`, { exact: true }).waitFor();
    await section.getByLabel("Time in UTC").fill("2099-01-01T00:00");
    await section.getByText("¥0", { exact: true }).waitFor();
    await section.getByRole("button", { name: "As recorded then" }).click();
    await section.getByText("What the books said at that moment.").waitFor();
    await section.getByText("¥0", { exact: true }).waitFor();
    expect(page.url()).to.match(/\?at=2099-01-01T00%3A00&basis=recorded$/);
  });

  it("PAY-2: the accountant sees of whom no IBAN is known, where the bank file is made, and of whom which, masked", async () => {
    const { page } = visitors.accountant;
    await visitors.accountant.turnTo(`/days/${businessDate}`);
    const file = page.getByRole("region", { name: "Bank file" });
    await file.getByText("1 payout waits for an IBAN").waitFor();
    await file.getByRole("link", { name: PEOPLE.employee.name }).click();
    await page.getByText("No IBAN is known of this person").waitFor();
    const own = { iban: "DE89370400440532013000", holder: PEOPLE.employee.name };
    expect((await apis.employee("PATCH", "/me/bank-account", own)).status).to.equal(200);
    await visitors.accountant.turnTo(`/days/${businessDate}`);
    await file.getByRole("button", { name: "Approve a file of 1 payout" }).waitFor();
    const { id } = (await apis.employee("GET", "/me")).body;
    await visitors.accountant.turnTo(`/accounts/${id}`);
    await page.getByText(/Payouts go to DE•• •••• 3000/).waitFor();
    expect(await page.content()).not.to.include(own.iban);
  });

  async function mails(): Promise<readonly { readonly text: string }[]> {
    const answer = await fetch(`${system?.mailboxUrl}/messages.json`);
    const { items } = (await answer.json()) as { items: { subject: string; text: string }[] };
    return items.filter(({ subject }) => subject.startsWith("Your payout"));
  }

  it("NOT-2: who wants no receipts says so in the profile, and it is kept", async () => {
    const { page } = visitors.manager;
    await visitors.manager.signIn(PEOPLE.manager.email, PASSWORD);
    await page.getByRole("link", { name: PEOPLE.manager.name }).click();
    const wish = page.getByLabel("A receipt for every payout");
    await wish.click();
    await page.getByText("Saved.").waitFor();
    expect((await apis.manager("GET", "/me")).body.notifications.receipt).to.equal(false);
    await page.reload();
    await wish.waitFor();
    expect(await wish.isChecked()).to.equal(false);
  });

  it("EVT-4 OPS-3: the admin reads a dead letter, has it tried again, and stands in the audit log with it", async () => {
    await sendRubbish(system?.redisUrl ?? "");
    const { admin } = visitors;
    const { page } = admin;
    await admin.signIn(PEOPLE.admin.email, PASSWORD);
    await until(
      async () => (await apis.admin("GET", "/ops/dead-letters")).body.items.length === 1,
      "the rubbish is a letter",
    );
    await page.getByRole("link", { name: "Operations" }).click();
    const letter = page.locator(".letter");
    await letter.getByText("1 try").waitFor();
    await letter.getByText("Payload").click();
    expect(await letter.locator("pre").innerText()).to.equal(RUBBISH);
    await letter.getByRole("button", { name: "Try again" }).click();
    await page.getByText("unknown will be tried again.").waitFor();
    await letter.getByText("2 tries").waitFor();
    await page.getByRole("row").filter({ hasText: "dead-letter.replay" }).waitFor();
    const lines = (await saved(page, "Audit log (CSV)")).trim().split("\r\n");
    expect(lines[0]).to.match(/^id,at,by,byId,action,.*,hash$/);
    expect(lines.at(-1)).to.include("dead-letter.replay");
  });

  it("JOB-1 ACC-5: an admin changes a schedule; bonuses that were changed wait for another admin", async () => {
    const { page } = visitors.admin;
    const work = { kind: "bonus", amountMinor: 5, reason: "A good month", roles: ["employee", "manager"] };
    const words = { name: "Thanks", cron: "0 9 1 * *", catchUp: "one", work };
    expect((await apis.admin("POST", "/schedules", words)).status).to.equal(201);
    await visitors.admin.turnTo("/schedules");
    const card = page.getByRole("listitem").filter({ hasText: "Thanks" });
    await card.getByText("another admin has to let it go").waitFor();
    await enter(page, card.getByRole("button", { name: "Edit: Thanks" }));
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("When").fill("0 9 15 * *");
    await dialog.getByLabel("Manager").uncheck();
    await dialog.getByRole("button", { name: "Save" }).press("Enter");
    await dialog.waitFor({ state: "detached" });
    await card.getByText("0 9 15 * *").waitFor();
    const { items } = (await apis.admin("GET", "/schedules")).body;
    const kept = items.find(({ name }: { name: string }) => name === "Thanks");
    expect(kept).to.deep.include({ cron: "0 9 15 * *", catchUp: "one", paused: true });
    expect(kept.work).to.deep.equal({ ...work, roles: ["employee"] });
    expect(await card.getByRole("button", { name: /^(Run now|Let it go on)/ }).count()).to.equal(0);
  });

  it("AN-3: an admin saves the analytics as files", async () => {
    const { page } = visitors.admin;
    await visitors.admin.turnTo("/analytics");
    const income = page.getByRole("region", { name: "Income by day" });
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      income.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(file.suggestedFilename()).to.equal("income.csv");
    const [head, day] = (await readFile(await file.path(), "utf8")).split("\r\n");
    expect(head).to.equal("businessDate,feesMinor,rewardsMinor,incomeMinor");
    expect(day).to.equal(`${businessDate},${3 * FEE},${3 * REWARD},${3 * (FEE - REWARD)}`);
  });

  it("EVT-4 DAY-4: an account that cannot be posted to is held, by name, at the close; mended and tried again, by keyboard, it is level", async () => {
    await inPostgres(
      `create function refuse_entries() returns trigger language plpgsql as $$
       begin raise exception 'no more ink' using errcode = '23514'; end $$;
       create trigger refuse_entries before insert on entries for each row execute function refuse_entries()`,
    );
    expect((await apis.admin("POST", "/tasks", { title: "Squawk" })).status).to.equal(201);
    const { page } = visitors.admin;
    const isHeld = async () =>
      (await apis.admin("GET", "/ops/dead-letters?state=held")).body.items.length > 0;
    await until(isHeld, "the letter is held");
    const today = (await apis.admin("GET", "/company")).body.businessDate;
    expect((await apis.accountant("POST", `/days/${today}/close`)).status).to.equal(202);
    await visitors.accountant.turnTo(`/days/${today}`);
    const held = visitors.accountant.page.getByRole("region", { name: "Held payouts" });
    await held.getByRole("link", { name: PEOPLE.employee.name }).waitFor();
    await held.getByText("a message of the account could not be handled yet").waitFor();
    await inPostgres("drop trigger refuse_entries on entries");
    await visitors.admin.turnTo("/operations?state=held");
    const letter = page.getByRole("listitem").filter({ hasText: "no more ink" });
    await enter(page, letter.getByRole("button", { name: "Try again" }));
    await page.getByText("task.assigned will be tried again.").waitFor();
    await page.getByText("Nothing is waiting").waitFor();
    const { balanceMinor } = (await apis.employee("GET", "/accounts/me")).body;
    expect(balanceMinor).to.equal(-FEE);
  });

  async function inPostgres(statements: string): Promise<void> {
    const client = new pg.Client(system?.databaseUrl);
    await client.connect();
    await client.query(statements);
    await client.end();
  }

  it("ACC-5 ACC-8: the accountant proposes a bonus, the admin approves it, and it stands in the log with its reason", async () => {
    const { accountant, admin, employee } = visitors;
    const { id } = (await apis.employee("GET", "/me")).body;
    await accountant.turnTo(`/accounts/${id}`);
    await accountant.page.getByRole("button", { name: "Correct" }).click();
    const dialog = accountant.page.getByRole("dialog");
    await dialog.getByLabel("Amount").fill("5");
    await dialog.getByLabel("Reason").fill("A fine song");
    await dialog.getByRole("button", { name: "Correct" }).click();
    await dialog.waitFor({ state: "detached" });
    await accountant.turnTo("/corrections");
    await accountant.page.getByText("Waits", { exact: true }).waitFor();
    await admin.turnTo("/corrections");
    await admin.page.getByRole("button", { name: "Approve: A fine song" }).click();
    await admin.page.getByText("Approved", { exact: true }).waitFor();
    await employee.turnTo("/account");
    await employee.page.getByRole("row").filter({ hasText: "A fine song" }).waitFor();
    expect(await saved(employee.page, "Statement (PDF)")).to.match(/^%PDF-1\.\d/);
  });

  for (const role of ["employee", "manager", "accountant"] as const) {
    it(`AUTH-2 ACC-7: the browser of ${role} is told nothing that the role may not see, on whatever page`, async () => {
      if (browser === undefined || system === undefined) throw new Error("nothing runs");
      const visitor = await Visitor.at(browser, system.boardUrl);
      const told: { path: string; body: string }[] = [];
      visitor.page.on("response", async (response) => {
        const { pathname } = new URL(response.url());
        if (!pathname.startsWith("/api/v1/") || pathname.endsWith("/feed")) return;
        told.push({ path: pathname.slice("/api/v1".length), body: await response.text().catch(() => "") });
      });
      await visitor.signIn(PEOPLE[role].email, PASSWORD);
      const own = (await apis[role]("GET", "/me")).body.id;
      const pages = [
        "/account",
        "/profile",
        "/import",
        "/days",
        `/days/${businessDate}`,
        "/accounts",
        "/corrections",
        "/reconciliation",
        "/mails",
        "/earnings",
      ];
      for (const address of [...pages, "/analytics", "/people", "/schedules", "/operations", "/"]) {
        await visitor.turnTo(address);
        await visitor.page.locator("h1").waitFor({ state: "attached" });
        await until(
          async () => (await visitor.page.locator(".loading").count()) === 0,
          `${address} is there`,
        );
      }
      const may = (path: string): boolean =>
        OF_EVERYBODY.test(path) ||
        path.startsWith(`/accounts/${own}`) ||
        (role === "accountant" && OF_COMPANY.test(path));
      expect(told.map(({ path }) => path).filter((path) => !may(path))).to.deep.equal([]);
      const others = ROLES.filter((other) => other !== role).map((other) => PEOPLE[other].email);
      const leaks = told.filter(({ body }) => others.some((email) => body.includes(email)));
      // Where a receipt or another mail went is the accountant's business.
      const expected = role === "accountant" ? ["/payouts", "/mails"] : [];
      expect([...new Set(leaks.map(({ path }) => path))]).to.deep.equal(expected);
      expect(told.length).to.be.greaterThan(5);
      expect(visitor.mishaps).to.deep.equal([]);
    });
  }

  it("TT-12: an import that nobody is left for is told of as failed beside the board, with what it made", async () => {
    const { page } = visitors.manager;
    const rows = Array.from({ length: ROWS_OF_LONG_FILE }, (_, row) => `Peck at grain ${row}`);
    const file = {
      name: "grain.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`title\n${rows.join("\n")}\n`),
    };
    const { id } = (await apis.employee("GET", "/me")).body;
    // Whose role changes is told so: by then the page of the one employee is closed.
    await visitors.employee.page.close();
    await visitors.manager.goTo("/import");
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByRole("button", { name: /^Import [\d,]+ tasks$/ }).click();
    await page.waitForURL(/job=/);
    expect((await apis.admin("PATCH", `/users/${id}`, { role: "manager" })).status).to.be.oneOf([200, 202]);
    await visitors.manager.turnTo("/");
    await page.locator(".job.failed").getByText("The import failed").waitFor();
    await page
      .locator(".job.failed .job-result", { hasText: /^(none new|[\d,]+ new tasks?) · 0 there already/ })
      .waitFor();
    await page.locator(".job.failed").getByRole("button").press("Enter");
    await page.locator(".job").waitFor({ state: "detached" });
  });

  it("EDGE-1: in all this no error on the console, no failed request, nothing against the policy", () => {
    expect(
      Object.values(visitors)
        .flatMap(({ mishaps }) => mishaps)
        .join("\n"),
    ).to.equal("");
  });
});
