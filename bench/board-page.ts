/** The board in a real browser, as the bench measures it: what a person waits for, told by the page itself. */
import type { BrowserContext, CDPSession, Page } from "playwright-core";

/** In every document before its own script: when its first card can be seen, and how long each key takes to its paint. */
const WATCH = `
  window.painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  });
  window.keysMs = [];
  addEventListener("keydown", ({ timeStamp }) => painted(() => keysMs.push(performance.now() - timeStamp)), true);
  new MutationObserver((_, watch) => {
    if (document.querySelector(".card") === null) return;
    watch.disconnect();
    painted(() => { window.usableMs = performance.now(); });
  }).observe(document, { childList: true, subtree: true });
`;

export class BoardPage {
  readonly page: Page;
  readonly #devtools: CDPSession;

  private constructor(page: Page, devtools: CDPSession) {
    this.page = page;
    this.#devtools = devtools;
  }

  static async open(context: BrowserContext): Promise<BoardPage> {
    const page = await context.newPage();
    await page.addInitScript(WATCH);
    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
    return new BoardPage(page, devtools);
  }

  async signIn(url: string, email: string, password: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".card").first().waitFor();
  }

  /** From the navigation to the paint of the first card. */
  async usableMs(url: string): Promise<number> {
    await this.page.goto(url);
    await this.page.locator(".card").first().waitFor();
    return this.page.evaluate<number>("new Promise((done) => painted(() => done(window.usableMs)))");
  }

  /** How long each of the keys took to its paint. */
  async keysMs(keys: readonly string[]): Promise<readonly number[]> {
    await this.page.evaluate("window.keysMs.length = 0");
    for (const key of keys) {
      await this.page.keyboard.press(key);
      await this.page.evaluate("new Promise((done) => painted(() => painted(done)))");
    }
    return this.page.evaluate<number[]>("window.keysMs.slice()");
  }

  /** What the document holds, after the garbage is gone. */
  async weight(): Promise<{ readonly nodes: number; readonly heapMb: number }> {
    await this.#devtools.send("HeapProfiler.collectGarbage");
    const heapBytes = await this.#metric("JSHeapUsedSize");
    const nodes = await this.page.evaluate<number>("document.querySelectorAll('*').length");
    return { nodes, heapMb: heapBytes / 1e6 };
  }

  /** What the page's main thread has computed so far: what else the machine does is not in it. */
  async cpuMs(): Promise<number> {
    return (await this.#metric("TaskDuration")) * 1_000;
  }

  async #metric(wanted: string): Promise<number> {
    const { metrics } = await this.#devtools.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  }

  /** Down to the last task, page by page as they come. */
  unrollAll(count: number): Promise<void> {
    return this.page.evaluate(
      `new Promise((done) => {
         const list = document.querySelector(".column.open .virtual");
         const down = () => {
           list.scrollTop = list.scrollHeight;
           const last = [...list.querySelectorAll(".virtual-row")].at(-1);
           if (Number(last.getAttribute("aria-posinset")) >= ${count}) done();
           else painted(down);
         };
         down();
       })`,
    );
  }

  /** The texts of the first rows of a column, scrolled through as a reader would. */
  rows(column: "open" | "done", count: number): Promise<string[]> {
    return this.page.evaluate(
      `new Promise((done) => {
         const list = document.querySelector(".column.${column} .virtual");
         const found = new Map();
         if (list === null) return done([]);
         list.scrollTop = 0;
         const look = () => {
           for (const row of list.querySelectorAll(".virtual-row"))
             found.set(Number(row.getAttribute("aria-posinset")), row.innerText);
           const isEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
           if (isEnd || found.has(${count})) return done([...found.values()]);
           list.scrollTop += list.clientHeight;
           painted(look);
         };
         painted(look);
       })`,
    );
  }
}
