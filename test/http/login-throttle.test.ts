import { expect } from "chai";
import { LoginThrottle } from "../../http/auth/login-throttle.ts";

const EMAIL = "popug@ates.test";
const AT_ONCE = 100;
const FREE = 10;

describe("the slowing down of guesses", () => {
  const guesses = async (throttle: LoginThrottle, addressOf: (n: number) => string) => {
    const all = Array.from({ length: AT_ONCE }, (_, n) => throttle.enter(addressOf(n), EMAIL));
    return (await Promise.allSettled(all)).filter(({ status }) => status === "fulfilled").length;
  };

  it("AUTH-1: a hundred guesses at one moment are not a hundred free ones", async () => {
    const throttle = new LoginThrottle();
    expect(await guesses(throttle, () => "192.0.2.1")).to.equal(FREE);
    await throttle.enter("192.0.2.2", EMAIL);
  });

  it("AUTH-1: guesses from ever other addresses of one network of IPv6 come from one", async () => {
    const throttle = new LoginThrottle();
    expect(await guesses(throttle, (n) => `2001:db8:1:2::${n.toString(16)}`)).to.equal(FREE);
    await throttle.enter("2001:db8:1:3::1", EMAIL);
  });
});
