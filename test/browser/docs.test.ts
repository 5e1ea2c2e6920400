/** The page of the interface in a real browser, under the policy that every answer has. */
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { openBrowser } from "../../bench/chromium.ts";
import { Visitor } from "../support/browser.ts";
import { newWorld, type World } from "../support/world.ts";

describe("the page of the interface", function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let world: World | undefined;
  let visitor: Visitor;
  const asked: string[] = [];

  before(async function () {
    browser = await openBrowser();
    if (browser === undefined) return this.skip();
    world = await newWorld();
    const baseUrl = await world.edge();
    visitor = await Visitor.at(browser, baseUrl);
    visitor.page.on("request", (request) => asked.push(request.url().replace(baseUrl, "")));
    await visitor.goTo("/api/docs#getTasksId");
  });
  after(async () => {
    await browser?.close();
    await world?.end();
  });

  it("EDGE-1: asks nobody but the edge for anything, and the policy has nothing against it", () => {
    const own = ["/api/docs", "/api/docs/page.css", "/api/docs/page.js"];
    expect(asked.filter((each) => !own.includes(each) && each !== "/favicon.ico")).to.deep.equal([]);
    expect(asked).to.include.members(own);
    expect(visitor.mishaps.filter((each) => !each.includes("favicon"))).to.deep.equal([]);
  });

  it("EDGE-1: opens the operation that the address names, with its parameters, its answers and a call to copy", async () => {
    const operation = visitor.page.locator("#getTasksId");
    await operation.getByRole("heading", { name: "Answers" }).waitFor();
    const text = await operation.innerText();
    expect(text)
      .to.include("/api/v1/tasks/{id}")
      .and.to.include("signed in")
      .and.to.match(/curl ".*\/api\/v1\/tasks\//);
    for (const status of ["200", "401", "404", "429"]) expect(text).to.include(status);
  });

  it("EDGE-1: its search leaves the operations that have all of the words", async () => {
    await visitor.page.getByLabel("Find").fill("shuffle manager");
    const shown = visitor.page.locator("details.operation:visible");
    expect(await shown.count()).to.be.within(1, 3);
    expect(await visitor.page.getByRole("status").innerText()).to.match(/^\d of \d+$/);
  });

  it("EDGE-1: axe finds nothing to mend on a phone in what the search leaves", async () => {
    expect(await visitor.accessibilityProblemsAt(390, false)).to.deep.equal([]);
  });
});
