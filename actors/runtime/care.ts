/**
 * Deciding with care (G8): a message that ends its host ends the next one, too. Owners that end without a commit, one
 * after another, show that there is one; then what the owners before had is decided one message at a time, each noted in
 * Postgres before. A message over which several owners were lost is refused instead of decided.
 *
 * A host decides one such message at a time, in all its partitions: when it is lost, it is lost over that one.
 *
 * An owner is lost by its process: one that lives on and takes the partition again, since a commit's answer was lost or
 * Postgres was away, has ended over nothing.
 */
import type { Incoming } from "./incoming.ts";
import { mailboxOf } from "./retry.ts";
import type { Lease, Opened, RuntimeStore } from "./store.ts";

/** So many owners in a row without a commit are no accident: what do they end of? */
const FRUITLESS_OWNERS_MAX = 3;
/** A kill from outside hits the same message once, or twice; three times it is the message. */
const LOST_OVER_IT_MAX = 3;
/** What has ended owners before is not given as much. */
const LOST_OVER_DANGEROUS_MAX = 1;
/** What is noted for all that operators want tried, together. */
const WISHES = "wishes";

export class Care {
  #isOn: boolean;
  readonly #suspects: ReadonlySet<string>;

  constructor({ fruitlessOwners, suspects }: Pick<Opened, "fruitlessOwners" | "suspects">) {
    this.#isOn = fruitlessOwners >= FRUITLESS_OWNERS_MAX || suspects.length > 0;
    this.#suspects = new Set(suspects);
  }

  /** One message at a time. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** What the owners before had comes first, from the history; when something new comes, it is decided. */
  taken(item: Incoming | undefined): void {
    if (item?.entry?.again === false) this.#isOn = false;
  }

  isNeededFor(item: Incoming, isDangerous: (mailbox: string) => boolean): boolean {
    if (this.#isOn || this.#suspects.has(positionOf(item))) return true;
    const mailbox = mailboxOf(item);
    return mailbox === undefined ? isWish(item) && this.#suspects.has(WISHES) : isDangerous(mailbox);
  }

  /** The items, with a note: whatever operators want tried may be what ended a host before. Then the next owner tries each alone. */
  async noteWishes(
    store: Pick<RuntimeStore, "suspect">,
    lease: Lease,
    items: readonly Incoming[],
  ): Promise<readonly Incoming[]> {
    if (!items.some(isWish)) return items;
    await store.suspect(lease, WISHES);
    return items.map((item) => (isWish(item) ? { ...item, noted: WISHES } : item));
  }

  /** The item as it is to be decided: noted, or refused. */
  async note(
    store: Pick<RuntimeStore, "suspect">,
    lease: Lease,
    item: Incoming,
    isDangerous: (mailbox: string) => boolean,
  ): Promise<Incoming> {
    const mailbox = mailboxOf(item);
    const max = mailbox !== undefined && isDangerous(mailbox) ? LOST_OVER_DANGEROUS_MAX : LOST_OVER_IT_MAX;
    const noted = positionOf(item);
    const lost = await store.suspect(lease, noted);
    if (lost < max) return { ...item, noted };
    const reason = `${lost} of its hosts were lost while it was decided`;
    return { ...item, noted, refused: { code: "host_lost", reason } };
  }
}

function isWish({ wish }: Incoming): boolean {
  return wish !== undefined && "asked" in wish;
}

/** What names an item to the next owner of the partition. */
function positionOf({ entry, laterId, wish }: Incoming): string {
  if (entry !== undefined) return `${entry.from.topic}/${entry.from.partition}/${entry.id}`;
  return laterId !== undefined ? `later/${laterId}` : JSON.stringify(wish);
}
