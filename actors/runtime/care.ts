/**
 * Deciding with care (G8): a message that ends its host ends the next one, too, for it is inherited: entries that were
 * delivered and not acknowledged, rows of the agenda. What an owner has inherited is noted in Postgres before it is
 * decided, a batch at a time; what was in hand when an owner ended is decided by the next one message at a time, each
 * noted before. A message over which several owners were lost alone is refused instead of decided.
 *
 * 1. Nothing is counted but losses over one message, so it is found whatever others bring, and commit, in every life.
 * 2. What is new is not noted: who is lost over it leaves it to the next.
 * 3. A host decides one such message at a time, in all its partitions: when it is lost, it is lost over that one.
 *
 * An owner is lost by its process: one that lives on and takes the partition again, since a commit's answer was lost or
 * Postgres was away, has ended over nothing.
 */
import type { Uuid } from "../../schemas/ids.ts";
import type { Incoming } from "./incoming.ts";
import { mailboxOf } from "./retry.ts";
import type { Lease, Opened, RuntimeStore } from "./store.ts";

/** A kill from outside hits the same message once, or twice; three times it is the message. */
const LOST_OVER_IT_MAX = 3;
/** What has ended owners before is not given as much. */
const LOST_OVER_DANGEROUS_MAX = 1;

/** Items that are decided together; or one that is decided alone, if not so many hosts were lost over it. */
export interface Part {
  readonly items: Incoming[];
  readonly isAlone: boolean;
  readonly lostMax: number;
}

export class Care {
  readonly #suspects: ReadonlySet<string>;
  readonly #laterBefore: ReadonlySet<Uuid>;

  constructor({ suspects, later }: Pick<Opened, "suspects" | "later">) {
    this.#suspects = new Set(suspects);
    this.#laterBefore = new Set(later.map(({ id }) => id));
  }

  /** The items in their order. */
  parts(items: readonly Incoming[], isDangerous: (mailbox: string) => boolean): Part[] {
    const parts: Part[] = [];
    for (const item of items) {
      const mailbox = mailboxOf(item);
      const hasEnded = mailbox !== undefined && isDangerous(mailbox);
      const lostMax = hasEnded ? LOST_OVER_DANGEROUS_MAX : LOST_OVER_IT_MAX;
      const isAlone = hasEnded || (this.#suspects.size > 0 && this.#suspects.has(positionOf(item)));
      const last = parts.at(-1);
      if (!isAlone && last?.isAlone === false) last.items.push(item);
      else parts.push({ items: [item], isAlone, lostMax });
    }
    return parts;
  }

  /** The items as they are to be decided. What is inherited is noted before; one over which too many were lost is refused. */
  async note(
    store: Pick<RuntimeStore, "hold" | "suspect">,
    lease: Lease,
    { items, isAlone, lostMax }: Part,
  ): Promise<readonly Incoming[]> {
    const [first] = items;
    if (isAlone && first !== undefined) return [await noteAlone(store, lease, first, lostMax)];
    if (!items.some((item) => this.#isInherited(item))) return items;
    await store.hold(lease, items.map(positionOf));
    return items;
  }

  /** What operators want tried waits for them from owner to owner. */
  #isInherited({ entry, laterId, wish }: Incoming): boolean {
    if (entry !== undefined) return entry.again === true;
    return wish !== undefined || (laterId !== undefined && this.#laterBefore.has(laterId));
  }
}

async function noteAlone(
  store: Pick<RuntimeStore, "suspect">,
  lease: Lease,
  item: Incoming,
  lostMax: number,
): Promise<Incoming> {
  const noted = positionOf(item);
  const lost = await store.suspect(lease, noted);
  if (lost < lostMax) return { ...item, noted };
  const reason = `${lost} of its hosts were lost while it was decided`;
  return { ...item, noted, refused: { code: "host_lost", reason } };
}

/** What names an item to the next owner of the partition. */
function positionOf({ entry, laterId, wish }: Incoming): string {
  if (entry !== undefined) return `${entry.from.topic}/${entry.from.partition}/${entry.id}`;
  return laterId !== undefined ? `later/${laterId}` : JSON.stringify(wish);
}
