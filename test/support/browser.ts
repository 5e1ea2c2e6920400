/**
 * A real Chromium for tests, and visitors of the board in it: each with an empty profile of its own and a list of
 * everything that went wrong in the page. Nothing is downloaded: the browser is the one on the PATH.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";

const WAIT_MS = 30_000;
/** An access token, wherever it does not belong. */
export const TOKEN = /eyJ[\w-]+\.eyJ/;
/** All that axe looks at in colours; the rest is the same in light and dark. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];
/** Not asked for by axe itself, but by Lighthouse. */
const ALSO_ASKED = { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true } };
const DESKTOP_PX = 1280;
const HEIGHT_PX = 800;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** One person at one window. */
export class Visitor {
  readonly page: Page;
  /** Console errors, exceptions, failed requests, refusals and violations of the policy, in order. */
  readonly #mishaps: string[] = [];
  /** A busy machine's edge refuses at once, and is asked again (EDGE-3): by address, what nobody has had answered since. */
  readonly #refused = new Map<string, string>();
  #wasOffline = false;
  readonly #boardUrl: string;
  #expected: RegExp | undefined;
  #isOffline = false;

  private constructor(page: Page, boardUrl: string) {
    this.page = page;
    this.#boardUrl = boardUrl;
    page.setDefaultTimeout(WAIT_MS);
    this.#watch();
  }

  static async at(browser: Browser, boardUrl: string, locale = "en-GB"): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: { width: DESKTOP_PX, height: HEIGHT_PX },
      locale,
      timezoneId: "UTC",
      reducedMotion: "reduce",
    });
    await context.addInitScript(
      `addEventListener("securitypolicyviolation", (event) =>
        console.error("policy: " + event.violatedDirective + " " + event.blockedURI));`,
    );
    return new Visitor(await context.newPage(), boardUrl);
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#boardUrl).href);
  }

  /** Within the page that is open, as its links and the back button do: nothing is loaded anew. */
  async turnTo(path: string): Promise<void> {
    await this.page.evaluate(
      `history.pushState(null, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`,
    );
  }

  /** Another tab of the same person, as the browser opens one. */
  async anotherTab(): Promise<Visitor> {
    return new Visitor(await this.page.context().newPage(), this.#boardUrl);
  }

  /** What went wrong in the page so far. */
  get mishaps(): string[] {
    return [...this.#mishaps, ...this.#refused.values()];
  }

  /** While `act` runs there is no network. */
  async offline(act: () => Promise<void>): Promise<void> {
    const context = this.page.context();
    this.#isOffline = true;
    this.#wasOffline = true; // what fails then may be told of later
    await context.setOffline(true);
    try {
      await act();
    } finally {
      await context.setOffline(false);
      this.#isOffline = false;
    }
  }

  /** Everything the page has put away on this device, as text. */
  kept(): Promise<string> {
    return this.page.evaluate<string>(
      `(async () => {
         const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href];
         for (const name of await caches.keys()) {
           const cache = await caches.open(name);
           for (const request of await cache.keys())
             texts.push(request.url, await (await cache.match(request)).text());
         }
         return texts.join("\\n");
       })()`,
    );
  }

  async fillLogIn(email: string, password: string): Promise<void> {
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Log in" }).click();
  }

  /** To the board, through the door. */
  async signIn(email: string, password: string): Promise<void> {
    await this.goTo("/");
    await this.fillLogIn(email, password);
    await this.page.getByRole("heading", { name: "Board", level: 1 }).waitFor();
  }

  /** While `act` runs, the refusal of the addresses that match is what is wanted, and what the console says of it. */
  async refused<T>(addresses: RegExp, act: () => Promise<T>): Promise<T> {
    this.#expected = addresses;
    try {
      return await act();
    } finally {
      this.#expected = undefined;
    }
  }

  /** Whatever a locator of the page ever showed while `act` ran, however short. */
  async seen(selector: string, act: () => Promise<unknown>): Promise<string[]> {
    await this.page.evaluate(
      `window.seen = [];
       window.watching = new MutationObserver(() => {
         for (const found of document.querySelectorAll(${JSON.stringify(selector)}))
           if (window.seen.at(-1) !== found.textContent) window.seen.push(found.textContent);
       });
       window.watching.observe(document.body, { childList: true, subtree: true, characterData: true });`,
    );
    await act();
    return this.page.evaluate<string[]>("window.watching.disconnect(), window.seen");
  }

  /**
   * What axe finds on the page as it stands, in light and, of colours, in dark; and whether it is wider than the window.
   * Dark is for pages that say their background: axe takes the browser's own dark canvas for white.
   */
  async accessibilityProblemsAt(width: number, alsoDark: boolean): Promise<string[]> {
    await this.page.setViewportSize({ width, height: HEIGHT_PX });
    if (await this.page.evaluate<boolean>("globalThis.axe === undefined"))
      await this.page.evaluate(`(() => { ${AXE} })(); undefined`);
    const light = await this.#axe({ rules: ALSO_ASKED });
    await this.page.emulateMedia({ colorScheme: "dark" });
    const dark = alsoDark ? await this.#axe({ runOnly: OF_COLOUR }) : [];
    await this.page.emulateMedia({ colorScheme: "light" });
    const wide = await this.page.evaluate<number>("document.documentElement.scrollWidth");
    const overflow = wide > width ? [`scrolls sideways: ${wide} px`] : [];
    return [...light, ...dark.map((problem) => `dark: ${problem}`), ...overflow];
  }

  #axe(options: {
    readonly runOnly?: readonly string[];
    readonly rules?: typeof ALSO_ASKED;
  }): Promise<string[]> {
    // What takes time to load would be loaded against the policy; the styles are the page's own anyway.
    const settings = JSON.stringify({ ...options, preload: false, resultTypes: ["violations"] });
    return this.page.evaluate<string[]>(
      `axe.run(document, ${settings}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, html }) => id + " at " + target.join(" ") + ": " + html.slice(0, 160))))`,
    );
  }

  #watch(): void {
    const note = (what: string, address: string) => {
      if (!this.#expected?.test(address)) this.#mishaps.push(`${what} (${address} on ${this.page.url()})`);
    };
    this.page.on("console", (message) => {
      if (this.#wasOffline && /ERR_INTERNET_DISCONNECTED/.test(message.text())) return;
      if (/responded with a status of 503/.test(message.text())) return; // the answer itself is noted
      if (message.type() === "error" || message.type() === "warning")
        note(`${message.type()}: ${message.text()}`, message.location().url);
    });
    this.page.on("pageerror", (error) => note(`exception: ${error.message}`, ""));
    this.page.on("request", (request) => {
      if (TOKEN.test(request.url())) note("a token in an address", request.url());
    });
    this.page.on("response", (response) => {
      const address = response.url();
      if (response.status() < 400) this.#refused.delete(address);
      else if (response.status() !== 503) note(`answered ${response.status()}`, address);
      else if (!this.#expected?.test(address)) this.#refused.set(address, `answered 503 (${address})`);
    });
    this.page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // The page itself takes back what it no longer needs: the feed of a page that is left, a list asked for anew.
      if (reason !== "net::ERR_ABORTED" && !this.#isOffline) note(`failed: ${reason}`, request.url());
    });
  }
}
