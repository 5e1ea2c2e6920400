/** The board in a real browser, as the bench measures it: what a person waits for, told by the page itself. */
import type { BrowserContext, CDPSession, Page } from "playwright-core";

/** In every document before its own script: when its first card can be seen, and how long each key takes to its paint. */
const WATCH = `
  const painted = (then) => requestAnimationFrame(() => {
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
    return new BoardPage(page, await context.newCDPSession(page));
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
    await this.#devtools.send("Performance.enable");
    await this.#devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await this.#devtools.send("Performance.getMetrics");
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
    const nodes = await this.page.evaluate<number>("document.querySelectorAll('*').length");
    return { nodes, heapMb: heap / 1e6 };
  }

  /** Down to the last task, page by page as they come. */
  async unrollAll(count: number): Promise<void> {
    const card = this.page.locator(".column.open .virtual-row").last();
    await card.waitFor();
    for (let place = 0; place < count; place = Number(await card.getAttribute("aria-posinset"))) {
      await this.page.evaluate(
        "for (const list of document.querySelectorAll('.column.open .virtual')) list.scrollTop = list.scrollHeight",
      );
      await this.page.waitForTimeout(50);
    }
  }
}
