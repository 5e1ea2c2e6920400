/**
 * Slows down guessing of passwords: per address and e-mail, and per address alone for those who try many e-mails.
 *
 * 1. An attempt counts before it is judged, so a hundred at once are not a hundred free ones.
 * 2. The first ten failures within a quarter of an hour are free; then each costs twice the wait of the one before.
 * 3. Of IPv6 a whole network is one address: everybody has as many of them as they like.
 * 4. Nothing locks an e-mail as such: a stranger cannot lock somebody out.
 */
import { RateLimiterMemory } from "rate-limiter-flexible";
import { networkOf } from "../network-of.ts";
import { HeadedRefusal } from "../problem.ts";

const WINDOW_S = 900;
const FREE_PER_PERSON = 10;
const FREE_PER_ADDRESS = 100;
const DELAY_MAX_S = 900;
/** Many people may share an address: it is never shut for long. */
const ADDRESS_DELAY_MAX_S = 30;

export class LoginThrottle {
  readonly #person = new Slowdown(FREE_PER_PERSON, DELAY_MAX_S);
  readonly #address = new Slowdown(FREE_PER_ADDRESS, ADDRESS_DELAY_MAX_S);

  /** Counts an attempt; throws 429 while its address has to wait. */
  async enter(from: string, email: string): Promise<void> {
    const address = networkOf(from);
    const waitS = Math.max(
      await this.#person.enter(`${address} ${email}`),
      await this.#address.enter(address),
    );
    if (waitS === 0) return;
    throw new HeadedRefusal(429, "too_many_attempts", `Too many failed log-ins: try again in ${waitS} s.`, {
      "Retry-After": String(waitS),
      "RateLimit-Policy": `"login";q=${FREE_PER_PERSON};w=${WINDOW_S}`,
      RateLimit: `"login";r=0;t=${waitS}`,
    });
  }

  /** The attempt was not judged: a part that is away shuts nobody out. */
  async spared(from: string, email: string): Promise<void> {
    const address = networkOf(from);
    await this.#person.takeBack(`${address} ${email}`);
    await this.#address.takeBack(address);
  }

  /** The attempt was no guess. */
  async succeeded(from: string, email: string): Promise<void> {
    const address = networkOf(from);
    await this.#person.forget(`${address} ${email}`);
    await this.#address.takeBack(address);
  }
}

class Slowdown {
  readonly #free: number;
  readonly #delayMaxS: number;
  readonly #attempts: RateLimiterMemory;
  readonly #waits = new RateLimiterMemory({ points: 0, duration: 0 });
  #last: Promise<unknown> = Promise.resolve();

  constructor(free: number, delayMaxS: number) {
    this.#free = free;
    this.#delayMaxS = delayMaxS;
    this.#attempts = new RateLimiterMemory({ points: free, duration: WINDOW_S });
  }

  /** Seconds to wait; 0 = go on. One after another: guesses of the same moment must see each other's waits. */
  enter(key: string): Promise<number> {
    const turn = this.#last.then(() => this.#enter(key));
    this.#last = turn.catch(() => undefined); // a turn that failed shuts out nobody behind it
    return turn;
  }

  async #enter(key: string): Promise<number> {
    const waiting = await this.#waits.get(key);
    if (waiting !== null && waiting.msBeforeNext > 0) return Math.ceil(waiting.msBeforeNext / 1000);
    const { consumedPoints } = await this.#attempts.penalty(key);
    const over = consumedPoints - this.#free;
    if (over >= 0) await this.#waits.block(key, Math.min(2 ** over, this.#delayMaxS));
    return 0;
  }

  async forget(key: string): Promise<void> {
    await this.#attempts.delete(key);
    await this.#waits.delete(key);
  }

  async takeBack(key: string): Promise<void> {
    await this.#attempts.reward(key);
  }
}
