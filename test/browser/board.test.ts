/**
 * The board as people use it, in a real browser on the whole system. The flows are one story, in order: one employee
 * alone at first, so that every draw is certain; fees so small beside rewards that who completed one task is paid.
 */
import { expect } from "chai";
import type { Browser, Route } from "playwright-core";
import { openBrowser } from "../../bench/chromium.ts";
import { buildWeb } from "../../ops/build-web.ts";
import { type Api, signIn } from "../support/api.ts";
import { Visitor } from "../support/browser.ts";
import { PASSWORD, type System, startSystem } from "../support/system.ts";
import { until } from "../support/world.ts";
import { enter, typeInto } from "./by-keyboard.ts";

const PEOPLE = {
  employee: { email: "zazu@ates.local", name: "Zazu Popug" },
  manager: { email: "moa@ates.local", name: "Moa Popug" },
  accountant: { email: "ada@ates.local", name: "Ada Popug" },
  admin: { email: "admin@ates.local", name: "" },
} as const;
type Role = keyof typeof PEOPLE;
const ROLES = Object.keys(PEOPLE) as Role[];
const TITLE = "Teach the printer manners";
const TASKS_TO_SHUFFLE = 20;
const PERSON = { email: "tui@ates.local", name: "Tui Popug", role: "employee", password: PASSWORD };

/** A page, and what it would ask the API for. */
type Hidden = readonly [path: string, method: "GET" | "POST", resource: string];
const OF_COMPANY: readonly Hidden[] = [
  ["/days", "GET", "/days"],
  ["/accounts", "GET", "/accounts"],
  ["/earnings", "GET", "/earnings"],
];
const OF_ADMIN: readonly Hidden[] = [
  ["/analytics", "GET", "/analytics/today"],
  ["/people", "POST", "/users"],
  ["/operations", "GET", "/ops/dead-letters"],
];

function hiddenFrom(role: Role): readonly Hidden[] {
  if (role === "admin") return [];
  return role === "accountant" ? OF_ADMIN : [...OF_COMPANY, ...OF_ADMIN];
}

describe("the board in a browser", function () {
  this.timeout(120_000);
  this.slow(5_000);
  const apis = {} as Record<Role, Api>;
  const visitors = {} as Record<Role, Visitor>;
  let browser: Browser | undefined;
  let system: System | undefined;
  const others: Visitor[] = [];
  let businessDate = "";
  let taskId = "";
  let payoutMinor = 0;

  before(async function () {
    browser = await openBrowser();
    if (browser === undefined) return this.skip();
    await buildWeb();
    system = await startSystem({
      ATES_FEE_MINOR: "1..2",
      ATES_REWARD_MINOR: "200..400",
      ATES_EXCLUDED_ROLES: "admin,manager,accountant",
    });
    apis.admin = await signIn(system.boardUrl, PEOPLE.admin.email, PASSWORD);
    for (const role of ROLES) {
      visitors[role] = await Visitor.at(browser, system.boardUrl);
      if (role === "admin") continue;
      const person = { ...PEOPLE[role], role, password: PASSWORD };
      expect((await apis.admin("POST", "/users", person)).status).to.equal(201);
      apis[role] = await signIn(system.boardUrl, PEOPLE[role].email, PASSWORD);
    }
    businessDate = (await apis.admin("GET", "/company")).body.businessDate;
    await until(
      async () => (await apis.admin("POST", "/tasks", { title: "Whistle" })).status === 201,
      "a task can be assigned",
    );
  });

  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  async function visit(): Promise<Visitor> {
    if (browser === undefined || system === undefined) throw new Error("nothing runs");
    const visitor = await Visitor.at(browser, system.boardUrl);
    others.push(visitor);
    return visitor;
  }

  it("AUTH-1: a wrong password is refused in words, the right one opens the same door to every role", async () => {
    const { employee } = visitors;
    await employee.goTo("/");
    await employee.refused(/auth\/login/, async () => {
      await employee.fillLogIn(PEOPLE.employee.email, "not the password");
      await employee.page.getByText("E-mail or password is wrong.").waitFor();
    });
    for (const role of ROLES) await visitors[role].signIn(PEOPLE[role].email, PASSWORD);
    await employee.page.getByRole("banner").getByText("Zazu Popug").waitFor();
  });

  it("TT-2 EDGE-1: a bracket in the title is refused beside its field, and nothing is created", async () => {
    const { page } = visitors.employee;
    await page.getByRole("button", { name: "Create task" }).click();
    const dialog = page.getByRole("dialog", { name: "Create task" });
    const title = dialog.getByLabel("Title");
    await title.fill("[UBERPOP-42] Teach the printer");
    await visitors.employee.refused(/\/tasks$/, async () => {
      await dialog.getByRole("button", { name: "Create task" }).click();
      await dialog.getByText("Write a title without square brackets").waitFor();
    });
    expect(await title.getAttribute("aria-invalid")).to.equal("true");
    expect((await apis.admin("GET", "/tasks")).body.items).to.have.length(1);
  });

  it("TT-1 TT-2 TT-3: a task created here stands at once on a board open elsewhere", async () => {
    const { page } = visitors.employee;
    const dialog = page.getByRole("dialog", { name: "Create task" });
    await dialog.getByLabel("Title").fill(TITLE);
    await dialog.getByLabel("Jira id").fill("UBERPOP-42");
    await dialog.getByRole("button", { name: "Create task" }).click();
    await page.getByText("is created and goes to Zazu Popug").waitFor();
    const elsewhere = visitors.manager.page.getByRole("listitem").filter({ hasText: TITLE });
    await elsewhere.getByText("Zazu Popug").waitFor();
    await elsewhere.getByText("UBERPOP-42").waitFor();
    const { items } = (await apis.admin("GET", "/tasks")).body;
    taskId = items.find((task: { title: string }) => task.title === TITLE).id;
  });

  it("TT-7 TT-8: only the assignee is offered to start and complete; the card moves on every board", async () => {
    const { page } = visitors.employee;
    const card = page.getByRole("listitem").filter({ hasText: TITLE });
    const elsewhere = visitors.manager.page;
    await card.getByRole("button", { name: /^Start/ }).click();
    await elsewhere
      .getByRole("region", { name: /^In progress/ })
      .getByText(TITLE)
      .waitFor();
    await card.getByRole("button", { name: /^Complete/ }).click();
    await elsewhere.getByRole("region", { name: /^Done/ }).getByText(TITLE).waitFor();
    await page.getByText("on the way to you").waitFor();
    expect(await elsewhere.getByRole("button", { name: /^(Start|Complete)/ }).count()).to.equal(0);
  });

  it("ACC-6 ACC-2: the account page shows the fee and the reward to the unit, and the balance they make", async () => {
    const { page } = visitors.employee;
    const task = (await apis.employee("GET", `/tasks/${taskId}`)).body;
    await page.getByRole("link", { name: "My account" }).click();
    const entry = (kind: string) =>
      page.getByRole("row").filter({ hasText: TITLE }).filter({ hasText: kind });
    await entry("Reward").getByText(`+¥${task.rewardMinor}`).waitFor();
    await entry("Fee").getByText(`−¥${task.feeMinor}`).waitFor();
    const { balanceMinor } = (await apis.employee("GET", "/accounts/me")).body;
    await page.locator(".stats").getByText(`¥${balanceMinor}`, { exact: true }).first().waitFor();
  });

  it("TT-10 TT-11: the task tells its history with amounts and traces; my tasks stand apart", async () => {
    const { page } = visitors.employee;
    await page.getByRole("row").filter({ hasText: "Reward" }).getByRole("link", { name: TITLE }).click();
    const panel = page.getByRole("dialog");
    const history = panel.getByRole("region", { name: "History" });
    for (const step of ["Created", "Assigned", "Fee charged", "Started", "Completed", "Reward paid"])
      await history.getByText(step, { exact: true }).waitFor();
    expect(await history.getByRole("button", { name: /^Copy trace/ }).count()).to.be.greaterThan(3);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await visitors.accountant.page.getByRole("button", { name: "My tasks" }).click();
    await visitors.accountant.page.getByText("Nothing here fits the filter.").first().waitFor();
    expect(await visitors.accountant.page.getByText(TITLE).count()).to.equal(0);
  });

  it("AUTH-3: an admin adds a person by keyboard alone, who gets tasks from then on", async () => {
    const { page } = visitors.admin;
    await enter(page, page.getByRole("link", { name: "People" }));
    await enter(page, page.getByRole("button", { name: "Add a person" }));
    const dialog = page.getByRole("dialog", { name: "Add a person" });
    await typeInto(page, dialog.getByLabel("Name"), "Kea Popug");
    await typeInto(page, dialog.getByLabel("E-mail"), "kea@ates.local");
    await page.keyboard.press("Enter");
    await page.getByRole("row").filter({ hasText: "kea@ates.local" }).waitFor();
    await until(async () => {
      const { body } = await apis.admin("POST", "/tasks", { title: "Whistle back" });
      return body.assignee?.name === "Kea Popug";
    }, "Kea gets a task");
  });

  it("TT-4: what a shuffle would touch comes late, and the button does not move from under a finger", async () => {
    const { page } = visitors.manager;
    const asked = Promise.withResolvers<Route>();
    await page.route(/shuffle-preview/, (route) => asked.resolve(route), { times: 1 });
    await page.getByRole("button", { name: "Shuffle" }).click();
    const dialog = page.getByRole("dialog");
    const placeOfButton = () => dialog.getByRole("button", { name: "Shuffle" }).boundingBox();
    const preview = await asked.promise;
    const before = await placeOfButton();
    await preview.continue();
    await dialog.locator("dl[aria-busy=false]").waitFor();
    expect(await placeOfButton()).to.deep.equal(before);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("TT-4 TT-6: the manager shuffles with a bar, then reads what it did", async () => {
    for (let made = 0; made < TASKS_TO_SHUFFLE; made += 10) {
      const tasks = Array.from({ length: 10 }, (_, index) => ({ title: `Seeds, sort ${made + index}` }));
      await Promise.all(tasks.map((task) => apis.admin("POST", "/tasks", task)));
    }
    const { page } = visitors.manager;
    const open = (await apis.admin("GET", "/tasks?status=open&limit=200")).body.items.length;
    const bars = await visitors.manager.seen(".progress", async () => {
      await page.getByRole("button", { name: "Shuffle" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Shuffle" }).click();
      await page.getByText("Shuffled", { exact: true }).waitFor();
    });
    expect(bars[0]).to.match(/^(starting…|\d+ of \d+)$/);
    const said = await page.locator(".job-result").innerText();
    const [, moved, unchanged] = /^(\d+) tasks? moved · (\d+) unchanged · 0 skipped$/.exec(said) ?? [];
    expect(Number(moved) + Number(unchanged), said).to.equal(open);
    expect(Number(moved)).to.be.greaterThan(0);
  });

  it("DAY-2 PAY-1: the accountant closes the day by keyboard alone, follows it and sees the payout settled", async () => {
    const { page } = visitors.accountant;
    await enter(page, page.getByRole("link", { name: "Days" }));
    await enter(page, page.getByRole("main").getByRole("link").first());
    await enter(page, page.getByRole("button", { name: "Close the day" }));
    const states = await visitors.accountant.seen(".state, .progress", async () => {
      await enter(page, page.getByRole("dialog").getByRole("button", { name: "Close the day" }));
      await page.getByText("Closed", { exact: true }).waitFor();
    });
    expect(states).to.include("Closing");
    expect(states.some((text) => /^(starting…|\d+ of \d+)$/.test(text))).to.equal(true);
    const payout = page.getByRole("row").filter({ hasText: "Zazu Popug" });
    await payout.getByText("Settled").waitFor();
    const { items } = (await apis.accountant("GET", `/payouts?date=${businessDate}`)).body;
    expect(items).to.have.length(1);
    payoutMinor = items[0].amountMinor;
    await payout.getByText(`¥${payoutMinor}`, { exact: true }).waitFor();
  });

  it("PAY-1: a payout that is not written yet when its closed day is opened comes by itself", async () => {
    const reader = await visit();
    const { page } = reader;
    const early = { json: { items: [], next: null } };
    await page.route("**/api/v1/payouts?*", (route) => route.fulfill(early), { times: 1 });
    await reader.signIn(PEOPLE.accountant.email, PASSWORD);
    await reader.turnTo(`/days/${businessDate}`);
    await page.getByRole("row").filter({ hasText: "Zazu Popug" }).getByText("Settled").waitFor();
  });

  it("DAY-6 TT-5 ACC-4: the closed day shows its seal and the totals that the API tells", async () => {
    const { page } = visitors.accountant;
    const { totals, sealHash } = (await apis.accountant("GET", `/days/${businessDate}`)).body;
    await page.getByText(sealHash).waitFor();
    await page.locator(".stats").getByText(`¥${totals.rewardsMinor}`, { exact: true }).waitFor();
    expect(totals.payoutsMinor).to.equal(payoutMinor);
    expect(await page.getByRole("button", { name: "Close the day" }).count()).to.equal(0);
  });

  it("PAY-3: the receipt lies in the mailbox, with the amount that was paid", async () => {
    const reader = await visit();
    const mailbox = system?.mailboxUrl ?? "";
    await until(async () => {
      const { items } = (await (await fetch(`${mailbox}/messages.json`)).json()) as {
        items: { subject: string }[];
      };
      return items.some(({ subject }) => subject.startsWith("Your payout"));
    }, "the receipt is there");
    await reader.goTo(mailbox);
    await reader.page.getByRole("link", { name: "Your payout" }).click();
    await reader.page
      .frameLocator("iframe")
      .getByText(`¥${payoutMinor}`)
      .filter({ visible: true })
      .first()
      .waitFor();
    expect(await reader.page.locator("pre").innerText()).to.contain(`¥${payoutMinor}`);
  });

  it("AN-1 AN-2: the admin reads today's figures, the chart, the dearest task and who is below zero", async () => {
    const { page } = visitors.admin;
    await page.getByRole("link", { name: "Analytics" }).click();
    await page.getByRole("row").filter({ hasText: TITLE }).waitFor();
    await page.locator("canvas").waitFor();
    const { items } = (await apis.admin("GET", "/analytics/negative")).body;
    const below = page.getByRole("region", { name: "Below zero" });
    expect(items.map(({ name }: { name: string }) => name)).to.include("Kea Popug");
    await below.getByRole("row").filter({ hasText: "Kea Popug" }).waitFor();
  });

  const OF_EVERYBODY = ["Board", "My account", "Import"];
  const COMPANY = ["Days", "Accounts", "Corrections", "Reconciliation", "Mails", "Earnings"];
  const ADMIN = ["Analytics", "People", "Schedules", "Webhooks", "Operations"];
  const NAV: Record<Role, readonly string[]> = {
    employee: OF_EVERYBODY,
    manager: OF_EVERYBODY,
    accountant: [...OF_EVERYBODY, ...COMPANY],
    admin: [...OF_EVERYBODY, ...COMPANY, ...ADMIN],
  };
  for (const role of ROLES) {
    it(`AUTH-2 ACC-7: the navigation of ${role} offers what the role may see, and no more`, async () => {
      const links = visitors[role].page.getByRole("navigation", { name: "Pages" }).getByRole("link");
      expect(await links.allInnerTexts()).to.deep.equal(NAV[role]);
    });
  }

  it("AUTH-2 ACC-7: what a role may not see, neither the page shows nor the API answers", async () => {
    for (const role of ROLES) {
      const { page } = visitors[role];
      for (const [path, method, resource] of hiddenFrom(role)) {
        const { status } = await apis[role](method, resource, method === "POST" ? PERSON : undefined);
        expect(status, `${role} ${resource}`).to.equal(403);
        await visitors[role].turnTo(path);
        await page.getByRole("heading", { name: "No such page" }).waitFor();
        await visitors[role].turnTo("/");
        await page.getByRole("heading", { name: "Board", level: 1 }).waitFor();
      }
      await visitors[role].goTo("/");
      await page.getByRole("button", { name: "Create task" }).waitFor();
      const shuffles = role === "admin" || role === "manager" ? 1 : 0;
      expect(await page.getByRole("button", { name: "Shuffle" }).count()).to.equal(shuffles);
    }
    expect((await apis.employee("POST", "/tasks/shuffle")).status).to.equal(403);
    const { items: colleagues } = (await apis.employee("GET", "/users")).body;
    for (const colleague of colleagues) expect(colleague).to.have.all.keys("id", "name");
  });

  it("AUTH-1: the language changes at once, is kept over a reload, and changes back", async () => {
    const { page } = visitors.employee;
    await page.getByRole("button", { name: "Русский" }).click();
    await page.getByRole("heading", { name: "Доска", level: 1 }).waitFor();
    await until(async () => (await apis.employee("GET", "/me")).body.locale === "ru", "the profile knows");
    await page.reload();
    await page.getByRole("heading", { name: "Доска", level: 1 }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).to.equal("ru");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Board", level: 1 }).waitFor();
  });

  it("AUTH-1: who logs out is at the door, and stays there", async () => {
    const { page } = visitors.employee;
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await visitors.employee.goTo("/account");
    await page.getByRole("button", { name: "Log in" }).waitFor();
    expect(await page.context().cookies()).to.deep.equal([]);
  });

  it("EDGE-1: in all this no error on the console, no failed request, nothing against the policy", () => {
    const mishaps = [...Object.values(visitors), ...others].flatMap((visitor) => visitor.mishaps);
    expect(mishaps.join("\n")).to.equal("");
  });
});
