import { computed, signal } from "@preact/signals";
import { accessToken } from "./api/access-token.ts";
import { lastKnown } from "./api/last-known.ts";
import { pauseOrOnline } from "./api/pause.ts";
import { Problem } from "./api/problem.ts";
import { request } from "./api/request.ts";
import type { Grant, Locale, Me } from "./api/resources.ts";
import { sendCommand } from "./api/send-command.ts";
import { feed } from "./feed/feed.ts";
import { locale } from "./messages/locale.ts";
import { company } from "./store/company.ts";

type State =
  | { readonly kind: "starting" }
  | { readonly kind: "out" }
  | { readonly kind: "unreachable"; readonly problem: Problem }
  | { readonly kind: "in"; readonly me: Me };

/** Says only that there may be a refresh cookie, so that a stranger's first visit asks nothing it will be refused. */
const HINT = "ates.signed-in";
/** The token is renewed when this share of its life has passed. */
const RENEW_AT = 0.8;
const RENEW_RETRY_MS = 10_000;
const OFFLINE_RETRY_MS = 10_000;

class Session {
  readonly state = signal<State>({ kind: "starting" });
  readonly #me = computed(() => (this.state.value.kind === "in" ? this.state.value.me : undefined));
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #grantedTo: Me | undefined;
  #tabs = new BroadcastChannel("ates.session");

  constructor() {
    accessToken.onChange((grant) => (grant === null ? this.#ended() : this.#granted(grant)));
    this.#tabs.onmessage = () => location.reload();
  }

  /** Who is signed in; asking while nobody is would be a bug of the page. */
  get me(): Me {
    if (this.#me.value === undefined) throw new Error("nobody is signed in");
    return this.#me.value;
  }

  /** On load: the refresh cookie, if there is one, signs in again. */
  async resume(): Promise<void> {
    // The identity provider has sent the browser back, with a refresh cookie.
    const isSentBack = location.hash === "#signed-in";
    if (isSentBack) history.replaceState(null, "", location.pathname);
    if (!isSentBack && localStorage.getItem(HINT) === null) {
      this.state.value = { kind: "out" };
      return;
    }
    this.state.value = { kind: "starting" };
    try {
      if (await accessToken.renew()) await this.#enter();
    } catch (thrown) {
      await this.#enterOffline(Problem.of(thrown));
    }
  }

  /** Without a network: what this person saw last, to read; the door opens by itself when the network is back. */
  async #enterOffline(problem: Problem): Promise<void> {
    const me = problem.code === "unreachable" ? await lastKnown.find<Me>("/me") : undefined;
    const isKnown = me !== undefined && (await company.load().then(Boolean, () => false));
    if (!isKnown) {
      this.state.value = { kind: "unreachable", problem };
      return;
    }
    this.state.value = { kind: "in", me };
    while (this.#me.value !== undefined) {
      await pauseOrOnline(OFFLINE_RETRY_MS);
      const isBack = await accessToken.renew().catch(() => false);
      if (isBack) return location.reload();
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    const response = await request("/auth/login", { method: "POST", body: { email, password } });
    await this.#admit((await response.json()) as Grant);
  }

  /** Chooses a password by a link that was mailed, which is the log-in, too. */
  async signInByLink(link: string, password: string): Promise<void> {
    const response = await request("/auth/links", { method: "POST", body: { link, password } });
    await this.#admit((await response.json()) as Grant);
  }

  /** By an authenticator; the code for it comes when it is wanted. */
  async signInByPasskey(): Promise<void> {
    const { showPasskey } = await import("./passkey.ts");
    await this.#admit(await showPasskey());
  }

  async #admit(grant: Grant): Promise<void> {
    accessToken.accept(grant);
    await lastKnown.forget();
    await this.#enter();
  }

  async signOut(): Promise<void> {
    await request("/auth/logout", { method: "POST" }).catch(() => {});
    await lastKnown.forget();
    this.#tabs.postMessage("out");
    this.#forget();
  }

  async setLocale(next: Locale): Promise<void> {
    await locale.set(next);
    if (this.#me.value !== undefined) await this.change({ locale: next });
  }

  /** One's own language and mails. */
  async change(settings: Partial<Pick<Me, "locale" | "notifications">>): Promise<void> {
    const me = await sendCommand<Me>("PATCH", "/me", settings);
    if (this.#me.value !== undefined) this.state.value = { kind: "in", me: { ...this.#me.value, ...me } };
  }

  /** The grant has said who it is. The company as it was last known here is as good until it has answered. */
  async #enter(): Promise<void> {
    const granted = this.#grantedTo;
    if (granted === undefined) throw new Error("a grant says whose it is");
    lastKnown.keep("/me", granted);
    const asking = company.load();
    if (!(await company.recall())) await asking;
    else asking.catch(() => {});
    if (granted.locale !== undefined) await locale.set(granted.locale);
    localStorage.setItem(HINT, "1");
    this.state.value = { kind: "in", me: granted };
    feed.start(granted.id);
  }

  #granted(grant: Grant): void {
    this.#grantedTo = grant.user;
    const current = this.#me.value;
    // A role change arrives with the next token: what the page offers follows it.
    if (current !== undefined && grant.user !== undefined && grant.user.role !== current.role) {
      this.state.value = { kind: "in", me: { ...current, ...grant.user } };
    }
    this.#scheduleRenewal(grant.expiresIn * 1000 * RENEW_AT);
  }

  #scheduleRenewal(ms: number): void {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => {
      accessToken.renew().catch(() => this.#scheduleRenewal(RENEW_RETRY_MS));
    }, ms);
  }

  #ended(): void {
    clearTimeout(this.#renewal);
    if (this.#me.value !== undefined) this.#forget();
    else {
      localStorage.removeItem(HINT);
      this.state.value = { kind: "out" };
    }
  }

  /** A fresh document is the surest way to leave nothing of one person's data for the next. */
  #forget(): void {
    localStorage.removeItem(HINT);
    void lastKnown.forget().then(() => location.reload());
  }
}

export const session = new Session();
