/**
 * Which addresses of the internet may be called for others (NOT-1): those that everybody can reach, and the private
 * ranges that the installation names. Looked at when a subscription is saved, and again at each delivery.
 */
import ipaddr from "ipaddr.js";

export type AddressRange = ReturnType<typeof ipaddr.parseCIDR>;

const GIVEN_OUT = ipaddr.parseCIDR("2000::/3");

/** `10.1.0.0/16,fd00::/8`; throws what was expected. */
export function addressRanges(text: string): readonly AddressRange[] {
  const named = text.split(",").flatMap((each) => each.trim() || []);
  return named.map((each) => {
    if (!ipaddr.isValidCIDR(each)) throw new Error("expected a comma list of ranges such as 10.1.0.0/16");
    return ipaddr.parseCIDR(each);
  });
}

/** Why nobody may be called there; undefined: it may. Of an address of one sort inside the other the inner one counts. */
export function addressProblem(text: string, allowed: readonly AddressRange[]): string | undefined {
  if (!ipaddr.isValid(text)) return `expected an address of the internet, got ${text}`;
  const address = ipaddr.process(text);
  if (isIn(address, allowed)) return undefined;
  if (address.range() !== "unicast")
    return `${address} is ${address.range()}: only public addresses are called`;
  // The list of ranges has gaps, such as ::10.0.0.1: of IPv6 only what is given out to the internet is public.
  const isGivenOut = address.kind() === "ipv4" || isIn(address, [GIVEN_OUT]);
  return isGivenOut
    ? undefined
    : `${address} is not of ${GIVEN_OUT.join("/")}: only public addresses are called`;
}

export function isPrivatelyAllowed(text: string, allowed: readonly AddressRange[]): boolean {
  return ipaddr.isValid(text) && isIn(ipaddr.process(text), allowed);
}

/** What is wrong with the form of a webhook's URL, whoever answers there. */
export function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["https:", "http:"].includes(url.protocol))
    return "expected a URL that begins with https://";
  if (url.username !== "" || url.password !== "") return "expected a URL without a user name or password";
  return undefined;
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** Plain HTTP shows everybody on the way what people earn: only inside ranges of the installation's own. */
export function plainTextProblem(url: URL, addresses: readonly string[], allowed: readonly AddressRange[]) {
  const isFine = url.protocol === "https:" || addresses.every((each) => isPrivatelyAllowed(each, allowed));
  return isFine ? undefined : "expected https:// for an address outside the installation's own ranges";
}

function isIn(address: ReturnType<typeof ipaddr.process>, ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => address.kind() === range[0].kind() && address.match(range));
}
