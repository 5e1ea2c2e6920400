/**
 * Trying a parked mailbox (G8): what a timer, an operator or a new host wants becomes the letters of the mailbox, read in
 * their order and decided like any message.
 */
import type { Uuid } from "../../schemas/ids.ts";
import { type Incoming, incoming } from "./incoming.ts";
import type { Parking } from "./parking.ts";
import type { AskedLetterRow, Lease, LetterRow, RuntimeStore } from "./store.ts";

/** Nobody's message: a mailbox, or the letter of one, that is to be tried. */
export type Wish = { readonly actor: string } | { readonly asked: Uuid };

/** What is wanted of a partition and not yet in a batch: each once. */
export class Wishes {
  readonly #waiting = new Map<string, Wish>();

  add(wish: Wish): void {
    this.#waiting.set(JSON.stringify(wish), wish);
  }

  get hasAny(): boolean {
    return this.#waiting.size > 0;
  }

  take(max: number): Incoming[] {
    const taken = [...this.#waiting].slice(0, max);
    for (const [name] of taken) this.#waiting.delete(name);
    return taken.map(([, wish]) => wishFor(wish));
  }
}

export function wishFor(wish: Wish): Incoming {
  return { payload: "", head: {}, wish };
}

export function isRetry({ wish, message }: Incoming): boolean {
  return wish !== undefined || message?.type === "mailbox.retry";
}

/** The mailbox that is to be tried; undefined when it is not named: an operator asks about a letter. */
export function mailboxOf({ wish, message }: Incoming): string | undefined {
  if (wish !== undefined) return "actor" in wish ? wish.actor : undefined;
  return message?.type === "mailbox.retry" ? message.data.actor : undefined;
}

/** The items, with letters of its mailbox behind each that wants one tried, up to `max` in all. */
export async function withLetters(
  store: Pick<RuntimeStore, "asked" | "letters">,
  lease: Lease,
  items: readonly Incoming[],
  max: number,
  parking: Pick<Parking, "isOutdated">,
): Promise<readonly Incoming[]> {
  const retries = items.filter(isRetry);
  if (retries.length === 0) return items;
  const share = Math.max(1, Math.floor(max / retries.length));
  const rows = await store.asked(
    lease,
    items.flatMap(({ wish }) => (wish !== undefined && "asked" in wish ? wish.asked : [])),
  );
  const asked = new Map(rows.map((row) => [row.id, row]));
  const tried = new Set<string>();
  const isIdle = ({ laterId }: Incoming, { actor, asked: wish }: Wanted) =>
    (tried.has(actor) && wish?.asked !== "drop") || parking.isOutdated(actor, laterId);
  const all: Incoming[] = [];
  for (const item of items) {
    const wanted = isRetry(item) ? wantedOf(item, asked) : "message";
    if (wanted === "message") all.push(item);
    else if (wanted === undefined || isIdle(item, wanted)) all.push({ ...item, retry: "none" });
    else {
      if (wanted.asked?.state !== "dead") tried.add(wanted.actor);
      all.push(...(await opened(store, lease, item, wanted, share)));
    }
  }
  return all;
}

interface Wanted {
  readonly actor: string;
  readonly asked?: AskedLetterRow;
}

/** Undefined: what was asked about is gone. */
function wantedOf({ wish, message }: Incoming, rows: ReadonlyMap<Uuid, AskedLetterRow>): Wanted | undefined {
  if (wish !== undefined && "asked" in wish) {
    const asked = rows.get(wish.asked);
    return asked === undefined ? undefined : { actor: asked.actor, asked };
  }
  if (wish !== undefined) return wish;
  return message?.type === "mailbox.retry" ? { actor: message.data.actor } : undefined;
}

async function opened(
  store: Pick<RuntimeStore, "letters">,
  lease: Lease,
  item: Incoming,
  { actor, asked }: Wanted,
  max: number,
): Promise<Incoming[]> {
  const letters = await lettersFor(store, lease, actor, asked, max);
  const [first, ...others] = letters.map((letter) => incoming(letter.envelope, { letter }));
  const retry = { actor, letters: letters.length, ...(asked === undefined ? {} : { asked }) };
  const { refused, ...begins } = item;
  if (first === undefined) return [{ ...begins, retry }];
  return [{ ...begins, retry }, refused === undefined ? first : { ...first, refused }, ...others];
}

/** A dead letter is tried alone: nobody waits behind it. After one is dropped, what waited behind it has a try of its own. */
async function lettersFor(
  store: Pick<RuntimeStore, "letters">,
  lease: Lease,
  actor: string,
  asked: AskedLetterRow | undefined,
  max: number,
): Promise<readonly LetterRow[]> {
  if (asked?.asked === "drop") return [];
  return asked?.state === "dead" ? [asked] : store.letters(lease, actor, max);
}
