/**
 * Named places of the production code where a process can be told to die. The code knows nothing of them: the preload
 * (preload.ts) puts them into the text while it is loaded. A place that is not found exactly once is an error, so that
 * a change of the code cannot quietly leave a crash point behind.
 */

export interface Place {
  readonly file: string;
  /** Text that stands exactly once in the file. */
  readonly anchor: string;
  readonly side: "before" | "after";
  /** What is put there; it sees the names of the place. */
  readonly code: string;
}

export interface CrashPoint {
  readonly name: string;
  readonly role: "worker" | "edge";
  readonly place: Place;
}

const STORE = "actors/runtime/postgres-store.ts";
const PARTITION = "actors/runtime/partition.ts";
const DELIVERY = "actors/runtime/delivery.ts";
const AGENDA = "actors/runtime/agenda.ts";
const KEEPER = "actors/runtime/outbox-keeper.ts";
const HOLDINGS = "actors/runtime/holdings.ts";
const COMMANDS = "http/commands.ts";

const COMMIT = "await this.#pool.query(commit);";
const PIPELINE = "const results = (await pipeline.exec())";

/** Dies with a part of the pipeline done: the first `calls` alone have reached Redis. */
const onlyAcknowledged = `if (globalThis.chaos.isArmed("after acknowledge, before publish")) {
  for (const [key, ids] of idsByStream(entries)) await this.#redis.xack(key, lease.kind, ...ids);
  globalThis.chaos.die();
} `;
const onlyPublished = `if (globalThis.chaos.isArmed("after publish, before acknowledge")) {
  const part = this.#redis.pipeline();
  for (const run of runs) addRun(part, run);
  await part.exec();
  globalThis.chaos.die();
} `;

/** Dies while Postgres commits: nobody has heard whether it has. */
const onlySent = `if (globalThis.chaos.isArmed("the commit is sent, its answer not heard")) {
  this.#pool.query(commit).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 1));
  globalThis.chaos.die();
} `;

function at(
  name: string,
  file: string,
  side: Place["side"],
  anchor: string,
  code = ` globalThis.chaos.pass(${JSON.stringify(name)}); `,
): CrashPoint {
  const role = file.startsWith("http/") ? "edge" : "worker";
  return { name, role, place: { file, anchor, side, code: code.replaceAll("\n", " ") } };
}

export const CRASH_POINTS: readonly CrashPoint[] = [
  at("between acquire and open", PARTITION, "after", "async run(): Promise<void> {"),
  at("before the commit is sent", STORE, "before", COMMIT),
  at("the commit is sent, its answer not heard", STORE, "before", COMMIT, onlySent),
  at("after the commit", STORE, "after", COMMIT),
  at("after the commit, before delivery", PARTITION, "before", "await this.#o.delivery.deliver({"),
  at("after acknowledge, before publish", DELIVERY, "before", PIPELINE, onlyAcknowledged),
  at("after publish, before acknowledge", DELIVERY, "before", PIPELINE, onlyPublished),
  at("after delivery", DELIVERY, "before", "runs.forEach((run, index) => {"),
  at("before a gateway's call", AGENDA, "before", "return await Promise.race([gateway.call("),
  at(
    "the mail is taken, its answer not kept",
    "actors/mailer/smtp-thread-gateway.ts",
    "before",
    "call?.resolve(message.answer);",
  ),
  at("in the middle of a resend", KEEPER, "after", 'await this.#publish(channel, first, envelopes, "next");'),
  at("after rows of the outbox are forgotten", KEEPER, "after", "await this.#forget(channels);"),
  at("before a hand-over", HOLDINGS, "after", "const { lease } = held.partition;"),
  at("before a release", HOLDINGS, "before", "await this.#o.store.release(held.partition.lease)"),
  at(
    "what is in hand is noted",
    "actors/runtime/care.ts",
    "after",
    "await store.hold(lease, items.map(positionOf));",
  ),
  at(
    "a suspect is noted",
    "actors/runtime/care.ts",
    "after",
    "const lost = await store.suspect(lease, noted);",
  ),
  at("the edge has sent the command", COMMANDS, "after", "const appended = await this.#append(command);"),
  at("the edge is about to promise", COMMANDS, "before", "const row = await promiseCommand("),
];

/** What the run wants to hear of, and the provider's moods. */
export const LISTENING_POSTS: readonly Place[] = [
  {
    file: PARTITION,
    anchor: "reading = this.#read(this.#reader);",
    side: "after",
    code: ' globalThis.chaos.saw("opened", this.lease); ',
  },
  {
    file: PARTITION,
    anchor: "this.#reader?.close();",
    side: "before",
    code: ' globalThis.chaos.saw("ended", this.lease); ',
  },
  {
    file: "actors/payment/sandbox-gateway.ts",
    anchor: 'return { type: "payment.answered", data: this.#answer(request.data, deadline) };',
    side: "before",
    code: `const told = await globalThis.chaos.provider(request.data);
      if (told !== undefined) return { type: "payment.answered", data: told }; `.replaceAll("\n", " "),
  },
];

/** The text of a file of ours with its places in it; lines keep their numbers. */
export function withPlaces(file: string, text: string): string {
  const places = [...CRASH_POINTS.map(({ place }) => place), ...LISTENING_POSTS];
  return places.filter((place) => place.file === file).reduce((so, place) => insert(so, place), text);
}

export function filesWithPlaces(): ReadonlySet<string> {
  return new Set([...CRASH_POINTS.map(({ place }) => place), ...LISTENING_POSTS].map(({ file }) => file));
}

function insert(text: string, { file, anchor, side, code }: Place): string {
  const parts = text.split(anchor);
  if (parts.length !== 2) {
    throw new Error(
      `${file}: expected ${JSON.stringify(anchor)} once, found it ${parts.length - 1} times: its crash point needs a new place`,
    );
  }
  return side === "before" ? parts.join(code + anchor) : parts.join(anchor + code);
}
