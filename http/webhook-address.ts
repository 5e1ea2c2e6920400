/**
 * Whether a webhook may be sent to an address (NOT-1), asked when it is saved: what would be refused at every delivery is
 * refused here, with a reason. The gateway looks again each time, for names change their meaning.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import {
  type AddressRange,
  addressProblem,
  hostOf,
  plainTextProblem,
  urlProblem,
} from "../schemas/public-address.ts";
import { badRequest } from "./refusal.ts";

export interface WebhookAddressOptions {
  /** Private ranges of the installation's own that may be called; none unless told. */
  readonly privateRanges?: readonly AddressRange[];
  /** All addresses of a name; the machine's resolver unless told. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const RESOLVE_MS_MAX = 2_000;

/** Throws 400 `webhook_address_refused` with what was expected. */
export async function requireCallable(text: string, options: WebhookAddressOptions): Promise<void> {
  const detail = urlProblem(text) ?? (await problemAt(new URL(text), options));
  if (detail !== undefined) throw badRequest([{ pointer: "/url", detail }], "webhook_address_refused");
}

async function problemAt(url: URL, options: WebhookAddressOptions): Promise<string | undefined> {
  const { privateRanges = [], resolve = addressesByName } = options;
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await resolved(host, resolve) : [host];
  if (addresses.length === 0) return `expected a name that has an address, got ${host}`;
  const problems = addresses.flatMap((each) => addressProblem(each, privateRanges) ?? []);
  return problems[0] ?? plainTextProblem(url, addresses, privateRanges);
}

async function resolved(
  host: string,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const late = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(() => late.resolve([]), RESOLVE_MS_MAX);
  try {
    return await Promise.race([resolve(host), late.promise]);
  } catch {
    return []; // unknown, or the resolver is away: nothing could be delivered there
  } finally {
    clearTimeout(timer);
  }
}

async function addressesByName(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}
