/**
 * Who somebody is, in a real browser: a passkey of Chromium's virtual authenticator, sessions and tokens on the profile
 * page, and an identity provider that is none of ours. By the name localhost, since WebAuthn knows no addresses.
 */
import { expect } from "chai";
import type { Browser, CDPSession, Page } from "playwright-core";
import { openBrowser } from "../../bench/chromium.ts";
import { buildWeb } from "../../ops/build-web.ts";
import { type Api, apiOf, signIn } from "../support/api.ts";
import { Visitor } from "../support/browser.ts";
import { PASSWORD, type System, startSystem } from "../support/system.ts";
import { until } from "../support/world.ts";
import { IdentityProvider } from "./identity-provider.ts";

const ADMIN = "admin@ates.local";

describe("who somebody is", function () {
  this.timeout(120_000);
  this.slow(6_000);
  let browser: Browser | undefined;
  let system: System | undefined;
  let provider: IdentityProvider;
  let home: string;
  let visitor: Visitor;
  let page: Page;
  let cdp: CDPSession;
  let authenticatorId: string;

  before(async function () {
    browser = await openBrowser();
    if (browser === undefined) return this.skip();
    await buildWeb();
    provider = await IdentityProvider.listen();
    system = await startSystem(provider.settings);
    home = system.boardUrl.replace("127.0.0.1", "localhost");
    provider.serveFor(home);
    visitor = await Visitor.at(browser, home);
    ({ page } = visitor);
    cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true } as const;
    ({ authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        ...options,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    }));
  });

  after(async () => {
    await browser?.close();
    await system?.stop();
    await provider?.close();
  });

  const board = () => page.getByRole("heading", { name: "Board", level: 1 }).waitFor();
  const beak = () => page.getByRole("button", { name: /passkey/ });
  async function logOut(): Promise<void> {
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.getByLabel("Password", { exact: true }).waitFor();
    await visitor.goTo("/");
  }

  describe("passkeys", () => {
    it("AUTH-1: a person adds a passkey on the profile page", async () => {
      await visitor.signIn(ADMIN, PASSWORD);
      await visitor.turnTo("/profile");
      await page.getByLabel("Name of the device").fill("The virtual beak");
      await page.getByRole("button", { name: "Add a passkey" }).click();
      await page.getByText("The passkey is yours.").waitFor();
      await page.getByText("The virtual beak").waitFor();
      const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
      expect(credentials).to.have.length(1);
      expect(credentials[0]).to.include({ isResidentCredential: true, rpId: "localhost" });
    });

    it("AUTH-1: and logs in with it alone: no e-mail, no password, once per challenge", async () => {
      await logOut();
      const sent = page.waitForRequest(/\/auth\/passkeys\/login$/);
      await beak().click();
      await board();
      const body = (await sent).postData() ?? "";
      const again = await apiOf(home)("POST", "/auth/passkeys/login", body);
      expect([again.status, again.body.code]).to.deep.equal([401, "challenge_over"]);
    });

    it("AUTH-1: an authenticator that has not made sure of its person opens nothing", async () => {
      await logOut();
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
      await beak().click();
      await page.getByText("No passkey was chosen.").waitFor();
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    });

    it("AUTH-1: one that was removed opens nothing any more", async () => {
      await beak().click();
      await board();
      await visitor.turnTo("/profile");
      await page.getByRole("button", { name: "Remove the passkey The virtual beak" }).click();
      await page.getByText("You have no passkey yet.").waitFor();
      await logOut();
      await visitor.refused(/passkeys\/login/, async () => {
        await beak().click();
        await page.getByText("This passkey is not known here.").waitFor();
      });
    });
  });

  describe("sessions and tokens", () => {
    it("AUTH-3: another log-in is seen, and ended, on the profile page", async () => {
      const elsewhere = await apiOf(home)(
        "POST",
        "/auth/login",
        { email: ADMIN, password: PASSWORD },
        { "user-agent": "parrot" },
      );
      await visitor.signIn(ADMIN, PASSWORD);
      await visitor.turnTo("/profile");
      await page.getByRole("button", { name: "End the session of parrot" }).click();
      await page.getByRole("button", { name: "End the session of parrot" }).waitFor({ state: "detached" });
      const [cookie = ""] = (elsewhere.headers.get("set-cookie") ?? "").split(";");
      const { body } = await apiOf(home)("POST", "/auth/refresh", undefined, { cookie });
      expect(body.code).to.equal("session_ended");
    });

    it("AUTH-3: a token is shown once, is kept nowhere on the device, and works until it is revoked", async () => {
      await page.getByLabel("What it is for").fill("A script");
      await page.getByRole("button", { name: "Make a token" }).click();
      const token = (await page.locator("code.secret").textContent()) ?? "";
      const program = apiOf(home, token);
      expect((await program("GET", "/me")).status).to.equal(200);
      expect(await visitor.kept()).not.to.include(token);
      await page.reload();
      await page.getByRole("button", { name: "Revoke A script" }).waitFor();
      expect(await page.content()).not.to.include(token);
      await page.getByRole("button", { name: "Revoke A script" }).click();
      await page.getByText("You have no tokens.").waitFor();
    });

    it("AUTH-3: nothing went wrong in the page meanwhile", () => {
      expect(visitor.mishaps).to.deep.equal([]);
    });
  });

  describe("passwords and the links of mails", () => {
    const EMAIL = "nestling@ates.local";
    const CHOSEN = "mangoes and a swing";
    const CHANGED = "seeds, and a mirror";
    const FORGOTTEN = "a cage with a view";
    let nestling: Visitor;

    before(async () => {
      nestling = await Visitor.at(browser as Browser, home);
    });

    /** What the newest of so many mails to the person leads to. */
    async function linkOf(count: number): Promise<string> {
      return until(async () => {
        const answer = await fetch(`${system?.mailboxUrl}/messages.json`);
        const { items } = (await answer.json()) as { items: { to: string[]; date: string; text: string }[] };
        const links = items
          .filter(({ to }) => to.join().includes(EMAIL))
          .flatMap(({ text }) => /\S+#link=\S+/.exec(text)?.[0] ?? []);
        return links.length === count ? links.find((link) => !seen.has(link)) : undefined;
      }, `mail ${count} to ${EMAIL}`);
    }
    const seen = new Set<string>();

    /** By the mail's link, as it stands there, in a browser that knows nothing yet. */
    async function atLink(link: string): Promise<Visitor> {
      seen.add(link);
      const there = await Visitor.at(browser as Browser, home);
      await there.page.goto(link);
      await there.page.getByRole("heading", { name: "Choose a password" }).waitFor();
      return there;
    }
    async function choose(there: Visitor, password: string): Promise<void> {
      await there.page.getByLabel("New password").fill(password);
      await there.page.keyboard.press("Enter");
    }
    const isIn = (there: Visitor) => there.page.getByRole("heading", { name: "Board", level: 1 }).waitFor();

    it("AUTH-3: an admin adds a person without a password, who is in by the link of the mail, once", async () => {
      await visitor.turnTo("/people");
      await page.getByRole("button", { name: "Add a person" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Nestling Popug");
      await page.getByLabel("E-mail").fill(EMAIL);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      const link = await linkOf(1);
      expect(new URL(link).origin, "the port that the edge took").to.equal(system?.boardUrl);
      const there = await atLink(link);
      expect(there.page.url(), "the link is out of the address at once").not.to.include("link");
      expect(await there.accessibilityProblemsAt(390, true)).to.deep.equal([]);
      await there.refused(/auth\/links/, async () => {
        await choose(there, "password1");
        await there.page.getByText("This password is too easy to guess.").waitFor();
      });
      await choose(there, CHOSEN);
      await isIn(there);
      expect(there.mishaps).to.deep.equal([]);
      const late = await atLink(link);
      await late.refused(/auth\/links/, async () => {
        await choose(late, "another of their own");
        await late.page.getByText("This link was used already").waitFor();
      });
    });

    it("AUTH-1: a person changes the own password on the profile page, and is logged in there alone", async () => {
      const elsewhere = await apiOf(home)("POST", "/auth/login", { email: EMAIL, password: CHOSEN });
      const { page: there } = nestling;
      await nestling.signIn(EMAIL, CHOSEN);
      await nestling.turnTo("/profile");
      await there.getByRole("button", { name: "End all others" }).waitFor();
      const change = async (current: string) => {
        await there.getByLabel("Current password").fill(current);
        await there.getByLabel("New password").fill(CHANGED);
        await there.keyboard.press("Enter");
      };
      await nestling.refused(/me\/password/, async () => {
        await change("not the one");
        await there.getByText("This is not your current password.").waitFor();
      });
      await change(CHOSEN);
      await there.getByText("The password is changed.").waitFor();
      await there.getByRole("button", { name: "End all others" }).waitFor({ state: "detached" });
      const over = apiOf(home, elsewhere.body.accessToken);
      await until(async () => (await over("GET", "/me")).status === 401, "the other session is over");
      expect((await there.getByLabel("Current password").inputValue()).length).to.equal(0);
    });

    it("AUTH-1: who forgot the password asks at the door, and is in by the link of the mail; the old one opens nothing", async () => {
      const { page: there } = nestling;
      await there.getByRole("button", { name: "Log out", exact: true }).click();
      await there.getByLabel("Password", { exact: true }).waitFor();
      await there.getByLabel("E-mail").fill(EMAIL);
      await there.getByRole("button", { name: "Forgot the password?" }).click();
      await there.getByText("a mail with a link is on its way").waitFor();
      const back = await atLink(await linkOf(2));
      await choose(back, FORGOTTEN);
      await isIn(back);
      expect(back.mishaps).to.deep.equal([]);
      await nestling.refused(/auth\/login/, async () => {
        await nestling.fillLogIn(EMAIL, CHANGED);
        await there.getByText("E-mail or password is wrong.").waitFor();
      });
      expect(nestling.mishaps).to.deep.equal([]);
    });
  });

  describe("the company's identity provider", () => {
    const NAME = "Fanny";
    let admin: Api;

    before(async () => {
      admin = await signIn(home, ADMIN, PASSWORD);
    });

    /** Through the provider's own pages, as somebody whom it does not know yet in this browser. */
    async function logInThere(login: string): Promise<Page> {
      const { page: there } = await Visitor.at(browser as Browser, home);
      // The provider's pages ask for a font from elsewhere.
      await there.route(
        ({ hostname }) => !["localhost", "127.0.0.1"].includes(hostname),
        (route) => route.abort(),
      );
      await there.goto(home);
      await there.getByRole("link", { name: "By the company's log-in" }).click();
      await there.locator("input[name=login]").fill(login);
      await there.locator("input[name=password]").fill("the provider takes any");
      await there.getByRole("button", { name: "Sign-in" }).click();
      await there.getByRole("button", { name: "Continue" }).click();
      return there;
    }
    const atBoard = (there: Page) => there.getByRole("heading", { name: "Board", level: 1 }).waitFor();
    const register = async (email: string, name = NAME): Promise<string> =>
      (await admin("POST", "/users", { email, name, role: "employee", password: PASSWORD })).body.id;

    it("AUTH-1: a registered person gets in by it, and nothing of it is in the address or on the device", async () => {
      await register("fanny@ates.local");
      const there = await logInThere("fanny@ates.local");
      await atBoard(there);
      await there.getByText(NAME).first().waitFor();
      expect(there.url()).to.equal(`${home}/`);
      const again = await there.goto(`${home}/profile`);
      expect(again?.status()).to.equal(200);
      await there.getByText("fanny@ates.local").waitFor();
    });

    it("AUTH-1: and also when the provider has changed its keys", async () => {
      provider.rotateKeys();
      await atBoard(await logInThere("fanny@ates.local"));
    });

    it("AUTH-1 AUTH-3: an unknown address, an unverified one, and a disabled person end at the door, which says why", async () => {
      const unknown = await logInThere("nobody@ates.local");
      await unknown.getByText("Nobody here has the e-mail address of that log-in.").waitFor();
      await register("unverified@ates.local");
      const unverified = await logInThere("unverified@ates.local");
      await unverified.getByText("has not verified your e-mail address").waitFor();
      const id = await register("leaver@ates.local");
      await admin("PATCH", `/users/${id}`, { active: false });
      const leaver = await logInThere("leaver@ates.local");
      await leaver.getByText("You are disabled here.").waitFor();
    });

    it("AUTH-1: an answer without the cookie of the browser that asked opens nothing", async () => {
      const answer = await fetch(`${home}/api/v1/auth/oidc/callback?code=stolen&state=guessed`, {
        redirect: "manual",
      });
      expect([answer.status, answer.headers.get("location")]).to.deep.equal([303, "/#oidc=over"]);
      expect(answer.headers.get("set-cookie")).not.to.include("ates_refresh");
    });

    it("AUTH-3: who was connected to whom is in the audit log", async () => {
      const { items } = (await admin("GET", "/ops/audit")).body;
      const connected = items.filter(({ action }: { action: string }) => action === "identity.connect");
      expect(connected).to.have.length(1);
      expect(connected[0].by.name).to.equal(NAME);
    });
  });
});
