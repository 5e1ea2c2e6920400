/**
 * Every page as it looks: in both languages, 1280 and 390 px wide, light and dark, axe finds nothing to mend; every
 * control is reached by Tab; whatever people have written is text.
 */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import pg from "pg";
import type { Browser } from "playwright-core";
import { openBrowser } from "../../bench/chromium.ts";
import { buildWeb } from "../../ops/build-web.ts";
import { startReceiver } from "../actors/webhook/receiver.ts";
import { type Api, signIn } from "../support/api.ts";
import { Visitor } from "../support/browser.ts";
import { PASSWORD, type System, startSystem } from "../support/system.ts";
import { until } from "../support/world.ts";
import { outOfReach } from "./reach.ts";
import { sendRubbish } from "./rubbish.ts";

const ADMIN = "admin@ates.local";
const EVIL = `<img src=x onerror="document.title='owned'">`;
const ZAZU = { email: "zazu@ates.local", name: `Zazu ${EVIL}`, role: "employee", password: PASSWORD };
const LANGUAGES = ["en", "ru"] as const;

describe("every page of the board", function () {
  this.timeout(240_000);
  this.slow(30_000);
  let browser: Browser | undefined;
  let system: System | undefined;
  let admin: Api;
  let addresses: readonly string[] = [];
  const TASKS_TO_SHUFFLE = 60;

  before(async function () {
    browser = await openBrowser();
    if (browser === undefined) return this.skip();
    await buildWeb();
    system = await startSystem({
      ATES_FEE_MINOR: "1..2",
      ATES_REWARD_MINOR: "200..400",
      ATES_WEBHOOK_PRIVATE_RANGES: "127.0.0.1/32",
    });
    admin = await signIn(system.boardUrl, ADMIN, PASSWORD);
    addresses = await somethingEverywhere(system);
  });

  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  /** A closed day with a payout, tasks of every state, a dead letter. */
  async function somethingEverywhere({ boardUrl, redisUrl }: System): Promise<readonly string[]> {
    expect((await admin("POST", "/users", ZAZU)).status).to.equal(201);
    const zazu = await signIn(boardUrl, ZAZU.email, PASSWORD);
    await until(async () => (await admin("POST", "/tasks", { title: "Whistle" })).status === 201, "a task");
    const tasks: { id: string }[] = [];
    for (const title of [`Sing ${EVIL}`, "Почистить клетку", "Peck", "Preen"])
      tasks.push((await admin("POST", "/tasks", { title, jiraId: "UBERPOP-7", description: EVIL })).body);
    const [sung, cleaned, pecked] = tasks;
    await zazu("POST", `/tasks/${sung?.id}/complete`);
    const { businessDate } = (await admin("GET", "/company")).body;
    expect((await admin("POST", `/days/${businessDate}/close`)).status).to.equal(202);
    await until(
      async () => (await admin("GET", `/days/${businessDate}`)).body.state === "closed",
      "the day is closed",
    );
    await zazu("POST", `/tasks/${cleaned?.id}/start`);
    await zazu("POST", `/tasks/${pecked?.id}/complete`);
    await admin("POST", "/views", { name: EVIL, query: { q: EVIL }, layout: "board" });
    const hook = { url: "https://93.184.216.34/", types: ["user.disabled"], description: EVIL };
    const { body: webhook } = await admin("POST", "/webhooks", hook);
    await admin("PATCH", `/webhooks/${webhook.id}`, { active: false });
    await sendRubbish(redisUrl);
    await until(
      async () => (await admin("GET", "/ops/dead-letters")).body.items.length > 0,
      "the rubbish is a letter",
    );
    const { userId } = (await admin("GET", "/accounts")).body.items.find(
      ({ name }: { name: string }) => name === ZAZU.name,
    );
    return [
      "/",
      "/?view=list",
      "/?jiraId=UBERPOP&assignee=me",
      `/?task=${sung?.id}`,
      "/account",
      "/import",
      "/account?why=0",
      "/profile",
      `/accounts/${userId}`,
      "/accounts",
      "/corrections",
      "/reconciliation",
      "/mails",
      "/mails?state=failed&kind=receipt",
      "/days",
      `/days/${businessDate}`,
      "/earnings",
      "/analytics",
      "/people",
      "/schedules",
      "/webhooks",
      "/operations",
      "/nowhere",
    ];
  }

  interface Seen {
    readonly axe: Record<string, string[]>;
    /** In English only: Tab knows no language. */
    readonly outOfReach: string[];
    readonly mishaps: readonly string[];
  }

  /** Once round the house in a language: what there is to mend, page by page. */
  async function walk(language: string): Promise<Seen> {
    if (browser === undefined || system === undefined) throw new Error("nothing runs");
    const visitor = await Visitor.at(browser, system.boardUrl, language);
    const { page } = visitor;
    const seen: Seen = { axe: {}, outOfReach: [], mishaps: visitor.mishaps };
    async function look(name: string): Promise<void> {
      // A page that has come may still be waiting for what stands on it.
      await until(async () => (await page.locator(".loading, .splash").count()) === 0, `${name} is there`);
      for (const width of [390, 1280]) {
        const problems = await visitor.accessibilityProblemsAt(width, true);
        if (problems.length > 0) seen.axe[`${name}, ${width} px`] = problems;
      }
    }
    await admin("PATCH", "/me", { locale: language });
    await visitor.goTo("/");
    await page.locator("input[type=password]").waitFor();
    await look("the door");
    await page.locator("input").first().fill(ADMIN);
    await page.locator("input[type=password]").fill(PASSWORD);
    await page.locator("button[type=submit]").click();
    await page.locator(".column .card").first().waitFor();
    expect(await page.locator("html").getAttribute("lang")).to.equal(language);
    for (const address of addresses) {
      await visitor.turnTo(address);
      await page.locator("h1").waitFor({ state: "attached" });
      await look(address);
      // Only what the page's own marks are made of; a <b> or an <img> would be somebody's words.
      expect(await page.locator("#app img, #app b").count(), address).to.equal(0);
      expect(await page.title(), address).not.to.equal("owned");
      if (language !== "en") continue;
      seen.outOfReach.push(...(await outOfReach(page)).map((fault) => `${address}: ${fault}`));
    }
    for (const [key, what] of [
      ["c", "a task to create"],
      ["?", "the keys"],
      ["Control+k", "the palette"],
    ] as const) {
      await visitor.turnTo("/");
      await page.locator(".column .card").first().waitFor({ state: "attached" });
      await page.keyboard.press(key);
      await page.locator("dialog[open]").waitFor();
      await look(what);
      await page.keyboard.press("Escape");
    }
    return seen;
  }

  const walks: Partial<Record<string, Promise<Seen>>> = {};
  function seenIn(language: string): Promise<Seen> {
    walks[language] ??= walk(language);
    return walks[language];
  }

  for (const language of LANGUAGES) {
    it(`TT-1 EDGE-1: axe finds nothing on any page in "${language}", 1280 and 390 px wide, light and dark`, async () => {
      const { axe, mishaps } = await seenIn(language);
      const found = Object.entries(axe).flatMap(([page, problems]) =>
        problems.map((each) => `${page}: ${each}`),
      );
      expect(found.join("\n")).to.equal("");
      expect(mishaps).to.deep.equal([]);
    });
  }

  it("every page that the routes name is among those that are looked at", async () => {
    const routes = await readFile(new URL("../../web/routes.tsx", import.meta.url), "utf8");
    const patterns = [...routes.matchAll(/path: \/(.+)\/,/g)].map(([, pattern = ""]) => pattern);
    const paths = addresses.map((address) => address.replace(/\?.*/, ""));
    const unseen = patterns.filter((pattern) => !paths.some((path) => new RegExp(pattern).test(path)));
    expect(patterns.length).to.be.greaterThan(5);
    expect(unseen).to.deep.equal([]);
  });

  it("EDGE-1: every control of every page is reached by Tab, and shows that it has the focus", async () => {
    const { outOfReach } = await seenIn("en");
    expect(outOfReach.join("\n")).to.equal("");
  });

  it("TT-12: a file that is no CSV is refused in the page's language", async () => {
    if (browser === undefined || system === undefined) throw new Error("nothing runs");
    await admin("PATCH", "/me", { locale: "ru" });
    const visitor = await Visitor.at(browser, system.boardUrl, "ru");
    await visitor.goTo("/import");
    await visitor.page.locator("input").first().fill(ADMIN);
    await visitor.page.locator("input[type=password]").fill(PASSWORD);
    await visitor.page.keyboard.press("Enter");
    const file = { name: "bad.csv", mimeType: "text/csv", buffer: Buffer.from('title\n5" screen\n') };
    await visitor.refused(/tasks\/import/, async () => {
      await visitor.page.locator("input[type=file]").setInputFiles(file);
      await visitor.page.getByText("Строка 2: кавычки стоят вокруг всей ячейки").waitFor();
    });
    expect(visitor.mishaps).to.deep.equal([]);
  });

  it("TT-6: a shuffle that is left is found again, with what it did, in this tab and in another", async () => {
    if (browser === undefined || system === undefined) throw new Error("nothing runs");
    for (let made = 0; made < TASKS_TO_SHUFFLE; made += 20)
      await Promise.all(Array.from({ length: 20 }, () => admin("POST", "/tasks", { title: "Peel" })));
    const visitor = await Visitor.at(browser, system.boardUrl);
    const { page } = visitor;
    await admin("PATCH", "/me", { locale: "en" });
    await visitor.signIn(ADMIN, PASSWORD);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /^Type a command/ }).waitFor();
    await page.keyboard.type("shuffle");
    await page.keyboard.press("Enter");
    // It may wait for a moment only: what the strip has said is kept.
    await page.evaluate(
      `window.said = []; new MutationObserver(() => said.push(document.querySelector(".job")?.innerText))
         .observe(document.querySelector(".jobs"), { childList: true, subtree: true, attributes: true })`,
    );
    await page.getByRole("dialog").getByRole("button", { name: "Shuffle" }).press("Enter");
    await page.locator(".job").waitFor();
    expect(await page.evaluate("said[0]")).to.match(/^Shuffle is waiting its turn/);
    await visitor.turnTo("/account");
    await page.reload();
    await page.getByRole("heading", { name: "My account", level: 1 }).waitFor();
    await visitor.turnTo("/");
    const another = await visitor.anotherTab();
    await another.goTo("/");
    for (const tab of [page, another.page]) {
      await tab.getByText("Shuffled", { exact: true }).waitFor();
      await tab
        .locator(".job-result", { hasText: /^(none|\d+ tasks?) moved · \d+ unchanged · 0 skipped$/ })
        .waitFor();
    }
    await page.locator(".job").getByRole("button").press("Enter");
    await page.locator(".job").waitFor({ state: "detached" });
    expect([...visitor.mishaps, ...another.mishaps]).to.deep.equal([]);
  });

  it("NOT-1: a webhook that was disabled says since when and why, goes on, and gets again what failed", async () => {
    if (browser === undefined || system === undefined) throw new Error("nothing runs");
    const receiver = await startReceiver();
    const answer = Promise.withResolvers<() => void>();
    receiver.answers.push((response) => answer.resolve(() => response.writeHead(500).end()));
    const { body: webhook } = await admin("POST", "/webhooks", { url: receiver.url, types: ["task.edited"] });
    const [task] = (await admin("GET", "/tasks?status=open")).body.items;
    await admin("PATCH", `/tasks/${task.id}`, { title: "Peck twice" });
    const refuse = await answer.promise;
    // Nothing is tried again for a webhook that is not active.
    await admin("PATCH", `/webhooks/${webhook.id}`, { active: false });
    refuse();
    await until(
      async () => (await admin("GET", `/webhooks/${webhook.id}/deliveries`)).body.items[0].state === "failed",
      "the delivery has failed",
    );
    await disabledForDays(system.databaseUrl, webhook.id);
    const visitor = await Visitor.at(browser, system.boardUrl);
    await visitor.signIn(ADMIN, PASSWORD);
    await visitor.turnTo("/webhooks");
    const card = visitor.page.locator(".letter", { hasText: receiver.url });
    await card.getByText(/^Fails since .+: .*500/).waitFor();
    await card.getByText("Disabled after five days without a success").waitFor();
    await card.getByText("Deliveries").click();
    await card.getByText("Failed", { exact: true }).waitFor();
    expect(await card.getByRole("button", { name: /^Send again what failed/ }).count()).to.equal(0);
    await card.getByRole("button", { name: "Go on" }).press("Enter");
    await card.getByRole("button", { name: "Send again what failed (1)" }).press("Enter");
    await visitor.page.getByText("What failed is in line again.").waitFor();
    await until(async () => receiver.received.length === 2, "it is delivered again");
    await receiver.stop();
    expect(visitor.mishaps).to.deep.equal([]);
  });

  it("PAY-3: the demo's mailbox and a receipt in it are as easy to read", async () => {
    if (browser === undefined || system === undefined) throw new Error("nothing runs");
    const { mailboxUrl = "" } = system;
    await until(async () => {
      const { items } = (await (await fetch(`${mailboxUrl}/messages.json`)).json()) as { items: unknown[] };
      return items.length > 0;
    }, "a receipt is there");
    const visitor = await Visitor.at(browser, mailboxUrl);
    await visitor.goTo("/");
    const found = await visitor.accessibilityProblemsAt(1280, false);
    await visitor.page.getByRole("row").getByRole("link").first().click();
    await visitor.page.locator("iframe").waitFor();
    found.push(...(await visitor.accessibilityProblemsAt(390, false)));
    expect(found).to.deep.equal([]);
  });
});

/** Days cannot be waited for: they are written into the webhook's row. */
async function disabledForDays(databaseUrl: string, id: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(
    "update webhooks set state = 'disabled', failing_since = failing_since - interval '6 days' where id = $1",
    [id],
  );
  await client.end();
}
