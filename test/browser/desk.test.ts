/**
 * The board as those use it who live in it: by the keyboard alone, many tasks at once, in several tabs, with a bad
 * network. One employee, so every draw is certain; prices that tell fee and reward apart.
 */
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "../../bench/chromium.ts";
import { buildWeb } from "../../ops/build-web.ts";
import { type Api, signIn } from "../support/api.ts";
import { TOKEN, Visitor } from "../support/browser.ts";
import { PASSWORD, type System, startSystem } from "../support/system.ts";
import { until } from "../support/world.ts";
import { RUBBISH, sendRubbish } from "./rubbish.ts";

const ADMIN = "admin@ates.local";
const ZAZU = { email: "zazu@ates.local", name: "Zazu <b>Popug</b>", role: "employee", password: PASSWORD };
const EVIL = `<img src=x onerror="document.title='owned'"> {n} \${7*7} "'&lt;`;
const MANY = 300;
const NODES_MAX = 2_000;

describe("the desk of one who lives in the board", function () {
  this.timeout(120_000);
  this.slow(6_000);
  let browser: Browser | undefined;
  let system: System | undefined;
  let admin: Api;
  let zazu: Api;
  let visitor: Visitor;
  let page: Page;
  const others: Visitor[] = [];

  before(async function () {
    browser = await openBrowser();
    if (browser === undefined) return this.skip();
    await buildWeb();
    system = await startSystem({ ATES_FEE_MINOR: "10..10", ATES_REWARD_MINOR: "30..30" });
    admin = await signIn(system.boardUrl, ADMIN, PASSWORD);
    expect((await admin("POST", "/users", ZAZU)).status).to.equal(201);
    zazu = await signIn(system.boardUrl, ZAZU.email, PASSWORD);
    await until(async () => (await admin("POST", "/tasks", { title: "First" })).status === 201, "a task");
    for (const title of ["Second", "Third", "Fourth"]) await admin("POST", "/tasks", { title });
    visitor = await Visitor.at(browser, system.boardUrl);
    ({ page } = visitor);
  });

  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const focused = (): Promise<string> =>
    page.evaluate<string>("document.activeElement?.textContent ?? document.activeElement?.tagName");
  const column = (name: string, of = page) => of.getByRole("region", { name: new RegExp(`^${name}`) });
  const count = (name: string) => column(name).locator(".count");

  it("AUTH-1 TT-2: by keys alone: in at the door, a task created, its words shown as they were written", async () => {
    await visitor.goTo("/");
    await page.getByLabel("E-mail").focus();
    await page.keyboard.type(ZAZU.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await column("Open").getByText("Fourth").waitFor();
    await page.keyboard.press("c");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type(EVIL);
    await page.keyboard.press("Tab");
    await page.keyboard.type("UBERPOP-13");
    await page.keyboard.press("Tab");
    await page.keyboard.type(EVIL);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await column("Open").getByText(EVIL, { exact: true }).waitFor();
    expect(await column("Open").getByText(ZAZU.name, { exact: true }).count()).to.be.greaterThan(0);
    expect(await page.title()).to.equal("Board · aTES");
    expect(await page.locator("main img").count()).to.equal(0);
  });

  it("TT-1: arrows go from task to task, Enter opens it, Esc comes back to where one was", async () => {
    await page.locator("h1").focus();
    await page.keyboard.press("ArrowDown");
    expect(await focused()).to.equal(EVIL);
    await page.keyboard.press("ArrowDown");
    expect(await focused()).to.equal("Fourth");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("Fourth").waitFor();
    expect(page.url()).to.match(/\?task=/);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused()).to.equal("Fourth");
  });

  it("TT-7: s starts and d completes the task that has the focus, which goes on to the next", async () => {
    await page.keyboard.press("s");
    await column("In progress").getByText("Fourth").waitFor();
    expect(await focused()).to.equal("Third");
    await page.keyboard.press("d");
    await column("Done").getByText("Third").waitFor();
    expect(await focused()).to.equal("Second");
    await page.keyboard.press("ArrowRight");
    expect(await focused()).to.equal("Fourth");
  });

  it("TT-7: one's own task can be dragged to the next column", async () => {
    await column("Open").locator(".card", { hasText: "Second" }).dragTo(column("In progress"));
    await column("In progress").getByText("Second").waitFor();
    await until(
      async () => (await zazu("GET", "/tasks?status=in-progress")).body.items.length === 2,
      "the board knows",
    );
  });

  it("TT-8 TT-11: what is marked with x is completed in one go, with one word about it", async () => {
    await page.keyboard.press("Escape");
    await column("In progress").getByRole("link", { name: "Fourth" }).focus();
    await page.keyboard.press("x");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    await column("In progress").getByRole("link", { name: "Second" }).focus();
    await page.keyboard.press("x");
    await page.getByText("2 marked").waitFor();
    await page.getByRole("button", { name: "Complete 2" }).press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Complete 2" }).press("Enter");
    await page.getByText("2 tasks are done.").waitFor();
    expect(await count("Done").innerText()).to.equal("3");
    expect(await count("In progress").innerText()).to.equal("0");
  });

  it("TT-9: an edit can be taken back; money never", async () => {
    await column("Open").getByRole("link", { name: "First" }).press("Enter");
    // Zazu did not create it: the admin may edit it, and does so here.
    expect(await page.getByRole("dialog").getByRole("button", { name: "Edit" }).count()).to.equal(0);
    await page.keyboard.press("Escape");
    await column("Open").getByRole("link", { name: EVIL }).press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Edit" }).press("Enter");
    const form = page.getByRole("dialog", { name: "Edit" });
    await form.getByLabel("Title").fill("Harmless");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.getByRole("dialog").locator(".panel-heading", { hasText: "<img" }).waitFor();
    await page.keyboard.press("Escape");
    await column("Done").getByRole("link", { name: "Third" }).press("Enter");
    await page.getByRole("dialog").getByText("Reward paid").first().waitFor();
    expect(await page.getByRole("button", { name: "Undo" }).count()).to.equal(0);
    await page.keyboard.press("Escape");
  });

  it("TT-8: a change is shown before it is answered, and taken back with the reason when it is refused", async () => {
    const refusal = { status: 409, contentType: "application/problem+json" };
    const answer = Promise.withResolvers<void>();
    await page.route("**/complete", async (route) => {
      await answer.promise;
      await route.fulfill({ ...refusal, body: '{"status":409,"code":"task_reassigned","title":"No"}' });
    });
    await visitor.refused(/\/complete$/, async () => {
      await column("Open").getByRole("link", { name: "First" }).press("d");
      await column("Done").getByText("First").waitFor();
      expect(await column("Open").getByText("First").count()).to.equal(0);
      answer.resolve();
      await page.getByText("The task now belongs to somebody else.").waitFor();
      await column("Open").getByText("First").waitFor();
      expect(await column("Done").getByText("First").count()).to.equal(0);
    });
    await page.unroute("**/complete");
  });

  it("TT-1 TT-2: what is put away unsent can be had back", async () => {
    await page.keyboard.press("c");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("Half a thought");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Bring it back" }).press("Enter");
    expect(await page.getByLabel("Title").inputValue()).to.equal("Half a thought");
    await page.getByLabel("Title").fill("");
    await page.keyboard.press("Escape");
  });

  it("TT-10: filters live in the URL and count as the API does; a view of them is saved, opened, deleted, had back", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("uberpop-13");
    await column("Open").getByText("First").waitFor({ state: "detached" });
    await page.waitForURL(/[?&]q=uberpop-13/);
    const { open } = (await zazu("GET", "/tasks/summary?q=uberpop-13")).body;
    expect(open).to.deep.equal({ count: 1, feeMinor: 10, rewardMinor: 30 });
    await column("Open").getByText("+¥30").first().waitFor();
    await page.getByRole("button", { name: "Views" }).press("Enter");
    await page.getByLabel("Name of the view").fill("Thirteen");
    await page.keyboard.press("Enter");
    await page.getByText("The view Thirteen is saved.").waitFor();
    await visitor.turnTo("/");
    await column("Open").getByText("First").waitFor();
    await page.getByRole("button", { name: "Views" }).press("Enter");
    await page.getByRole("link", { name: "Thirteen" }).press("Enter");
    await column("Open").getByText("First").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Views" }).press("Enter");
    await page.getByRole("button", { name: "Delete the view Thirteen" }).press("Enter");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await until(async () => (await zazu("GET", "/views")).body.items.length === 1, "the view is back");
    await visitor.turnTo("/");
  });

  it("TT-1: the palette goes to a page and finds a task by its words", async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /^Type a command/ }).waitFor();
    await page.keyboard.type("my acc");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "My account", level: 1 }).waitFor();
    await page.getByText("for completing your 2 tasks").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /^Type a command/ }).waitFor();
    await page.keyboard.type("uberpop-13");
    await page.getByRole("option", { name: /<img/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("UBERPOP-13").waitFor();
    await page.keyboard.press("Escape");
  });

  it("TT-1: colours are as chosen, and stay so", async () => {
    await page.getByRole("button", { name: "Dark" }).click();
    await page.reload();
    await column("Open").getByText("First").waitFor();
    const ground = await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    expect(ground).to.equal("rgb(17, 21, 23)");
    await page.getByRole("button", { name: "As the system" }).click();
  });

  it("NOT-2: a person's tabs share one connection; what one does the other shows; it outlives the tab that held it", async () => {
    let connections = 0;
    page.context().on("request", (request) => {
      if (request.url().endsWith("/feed")) connections += 1;
    });
    const second = await visitor.anotherTab();
    others.push(second);
    await second.goTo("/");
    await column("Open", second.page).getByText("First").waitFor();
    await admin("POST", "/tasks", { title: "Heard by both" });
    for (const tab of [page, second.page]) await column("Open", tab).getByText("Heard by both").waitFor();
    expect(connections).to.equal(0);
    await page.close();
    await admin("POST", "/tasks", { title: "Heard by the heir" });
    await column("Open", second.page).getByText("Heard by the heir").waitFor();
    expect(connections).to.equal(1);
    others.push(visitor);
    visitor = second;
    page = second.page;
  });

  /** Made while the page is away, until then; and all of it shown once the network is back, each once. */
  async function missed(titles: readonly string[], then: () => Promise<unknown>): Promise<void> {
    await visitor.offline(async () => {
      await Promise.all([then(), ...titles.map((title) => admin("POST", "/tasks", { title }))]);
    });
    for (const title of titles) await column("Open").getByText(title).waitFor();
    const numbers = await column("Open").locator(".card .figures").allInnerTexts();
    expect(new Set(numbers).size).to.equal(numbers.length);
  }

  it("NOT-2: after a time without a network everything is caught up, nothing lost or doubled", () =>
    missed(["Missed A", "Missed B", "Missed C"], () => page.getByText("You are offline.").waitFor()));

  it("AUTH-1: opened without a network the page shows the last state to read; no token lies anywhere", async () => {
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
    await until(
      async () =>
        (await page.evaluate<number>(
          `caches.open("ates.files").then((c) => c.keys()).then((k) => k.length)`,
        )) > 5,
      "the page's files are kept",
    );
    const openTasks = /tasks\?status=open[^\n]*\n[^\n]*Missed A/;
    await until(async () => openTasks.test(await visitor.kept()), "what is shown is kept");
    let back: Promise<unknown> = Promise.resolve();
    await visitor.offline(async () => {
      await page.reload();
      await column("Open").getByText("Missed A").waitFor();
      await column("Open").getByRole("link", { name: "First" }).press("d");
      await page.getByText("You are offline: the page can only be read now.").waitFor();
      await column("Open").getByText("First").waitFor();
      // It comes back by itself as soon as there is a network.
      back = page.waitForEvent("load");
    });
    await back;
    const kept = await visitor.kept();
    expect(kept).not.to.match(TOKEN);
    expect(kept).not.to.match(/accessToken"\s*:\s*"/);
    await column("Open").getByText("Missed A").waitFor();
  });

  it("TT-1: hundreds of tasks are a few nodes, as a board and as a list that is sorted by any column", async () => {
    for (let made = 0; made < MANY; made += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => admin("POST", "/tasks", { title: `Seed ${made + index}` })),
      );
    await visitor.turnTo("/?view=list&sort=title");
    await page.getByRole("row").filter({ hasText: "First" }).waitFor();
    await page.getByRole("columnheader", { name: "Title" }).getByRole("button").click();
    await page.getByRole("row").nth(1).getByText("Third").waitFor();
    expect(new URL(page.url()).searchParams.get("sort")).to.equal("-title");
    await page.getByRole("row").nth(1).getByRole("link").focus();
    await page.keyboard.press("End");
    await until(async () => (await focused()) !== "Third", "the last of what is here");
    const nodes = (): Promise<number> => page.evaluate<number>("document.querySelectorAll('*').length");
    expect(await nodes()).to.be.below(NODES_MAX);
    await visitor.turnTo("/");
    const { open } = (await zazu("GET", "/tasks/summary")).body;
    await count("Open").getByText(String(open.count), { exact: true }).waitFor();
    expect(await nodes()).to.be.below(NODES_MAX);
  });

  it("NOT-2: what the feed tells while reads meet silence is read again when they are answered", () => {
    const failed = () => page.waitForEvent("requestfailed", (each) => each.url().includes("?status=open"));
    return missed("Kea Kaka Lory Macaw Conure Caique Amazon".split(" "), failed);
  });

  it("OPS-3: the admin sees a message nobody can read, as text, tries it again and gives it up with a reason", async () => {
    if (browser === undefined || system === undefined) throw new Error("nothing runs");
    await sendRubbish(system.redisUrl);
    const operator = await Visitor.at(browser, system.boardUrl);
    others.push(operator);
    await operator.signIn(ADMIN, PASSWORD);
    await operator.turnTo("/operations");
    const letter = operator.page.getByRole("listitem").filter({ hasText: "Payload" });
    await until(async () => {
      if ((await letter.count()) > 0) return true;
      await operator.page.reload();
      await operator.page.getByRole("heading", { name: "Dead letters" }).waitFor();
      return (await letter.count()) > 0;
    }, "the letter is shown");
    await letter.getByText("Payload").click();
    expect(await letter.locator("pre").innerText()).to.equal(RUBBISH);
    await letter.getByRole("button", { name: "Try again" }).click();
    await operator.page.getByText("will be tried again").waitFor();
    const isFree = async (): Promise<boolean> =>
      (await admin("GET", "/ops/dead-letters")).body.items[0]?.asked === null;
    await until(isFree, "it was tried");
    await operator.page.reload();
    await letter.getByRole("button", { name: "Give up" }).click();
    await operator.page.getByLabel("Reason").fill("It is rubbish.");
    await operator.page.getByRole("dialog").getByRole("button", { name: "Give up" }).click();
    await operator.page.getByText("will be given up").waitFor();
    await until(async () => (await admin("GET", "/ops/dead-letters")).body.items.length === 0, "it is gone");
  });

  it("EDGE-1: in all this no error on the console, no failed request, nothing against the policy", () => {
    expect([visitor, ...others].flatMap(({ mishaps }) => mishaps).join("\n")).to.equal("");
  });
});
