/**
 * Whom limits count as one while nobody is known (EDGE-1): an IPv4 address, or a network of IPv6. Of those everybody has
 * 2^64 addresses, and whoever took another one for each request would meet no limit.
 */
import ipaddr from "ipaddr.js";

const PREFIX_BYTES = 8;

export function networkOf(address: string): string {
  if (!address.includes(":") || !ipaddr.isValid(address)) return address;
  const known = ipaddr.process(address);
  if (known.kind() === "ipv4") return known.toString();
  const bytes = known.toByteArray().map((byte, at) => (at < PREFIX_BYTES ? byte : 0));
  return `${ipaddr.fromByteArray(bytes)}/64`;
}
