/**
 * Deliberate defects, by name: each a small change of the source as it is loaded, in a process started for it. The code
 * itself holds no trace of them. The simulation must find every one, or what it shows is worth nothing.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { OFFICE_DEFECTS } from "./office-defects.ts";

export interface Patch {
  /** From the repository's root. */
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

const ROOT = new URL("../../", import.meta.url);

export const DEFECTS: Readonly<Record<string, readonly Patch[]>> = {
  "acknowledge-before-commit": [
    {
      file: "actors/runtime/partition.ts",
      find: "    try {\n      await this.#commit(batch, writes);",
      replace: `    await this.#o.delivery.deliver({
      lease: this.lease, source: outgoing.source, rows: [], notices: [], replies: [], entries: entriesOf(items, []) });
    try {
      await this.#commit(batch, writes);`,
    },
  ],
  "no-fence": [
    {
      file: "test/simulation/store/database.ts",
      find: "if (row.epoch !== lease.epoch) throw new Fenced(lease);",
      replace: "",
    },
  ],
  "marks-not-stored": [
    {
      file: "actors/runtime/partition.ts",
      find: "position: { inbox: this.#inbox.snapshot(), ",
      replace: "position: { inbox: {}, ",
    },
  ],
  "resend-off": [
    {
      file: "actors/runtime/outbox-keeper.ts",
      find: "if (standing !== undefined) await this.#resend(channel, standing);",
      replace: "",
    },
  ],
  /** An account partition takes its own clock for the end of the day. */
  "close-without-barrier": [
    {
      file: "actors/account/actor.ts",
      find: "  page: pageOfClose,",
      replace: `  page: pageOfClose,
  due: ({ book }, { nowMs, now, company }) => nowMs < endOfDateMs(book.businessDate, company) ? undefined : {
    type: "day.ended", subject: "day", data: {
      businessDate: book.businessDate, nextDate: nextDate(book.businessDate), totals: book.posted, occurredAt: now } },`,
    },
    {
      file: "actors/account/actor.ts",
      find: 'import { pageOfClose } from "./close.ts";',
      replace: `import { pageOfClose } from "./close.ts";
import { endOfDateMs, nextDate } from "../../schemas/business-date.ts";`,
    },
    {
      file: "actors/account/close.ts",
      find: "  if (data.businessDate !== book.businessDate) {",
      replace: `  if (data.businessDate < book.businessDate) return NOTHING;
  if (data.businessDate !== book.businessDate) {`,
    },
  ],
  "price-drawn-at-delivery": [
    {
      file: "actors/account/post.ts",
      find: "negate(data.feeMinor)",
      replace: 'negate(context.draw(context.company.fee, "delivery", context.now))',
    },
  ],
  "parked-mailbox-overtaken": [
    {
      file: "actors/runtime/batch.ts",
      find: "if (!parking.isParked(actor)) return true;",
      replace: "return true;",
    },
  ],
  /** The batch is tried again at once, on what is in memory, whether or not the first try was committed. */
  "retry-of-unknown-commit": [
    {
      file: "actors/runtime/partition.ts",
      find: "      const refusal = refusalOf(error);\n",
      replace: `      const refusal = refusalOf(error);
      if (refusal === undefined && (error as { code?: string }).code !== "fenced")
        return this.#decideAndCommit(items, lettersMax);
`,
    },
  ],
  /** Who takes over what ends hosts does not tell the next one what it has in hand. */
  "nothing-noted-in-hand": [
    {
      file: "actors/runtime/care.ts",
      find: "await store.hold(lease, items.map(positionOf));",
      replace: "",
    },
  ],
  /** The answers of calls that were there before are taken for new. */
  "agenda-not-inherited": [
    {
      file: "actors/runtime/care.ts",
      find: "laterId !== undefined && this.#laterBefore.has(laterId)",
      replace: "false",
    },
  ],
  "group-recreated-at-dollar": [
    {
      file: "streams/reader.ts",
      find: "const position = await this.#position(redis, key, at);",
      replace: 'const position = "$";',
    },
  ],
  "interleaved-shuffles": [
    {
      file: "actors/task-board/shuffle.ts",
      find: "later: isFirst ? [continuation(jobId, context)] : [],",
      replace: "later: [continuation(jobId, context)],",
    },
    {
      file: "actors/task-board/shuffle.ts",
      find: "const current = state.board.shuffles[0];",
      replace: "const current = state.board.shuffles.find(({ jobId }) => jobId === message.data.jobId);",
    },
    {
      file: "actors/task-board/shuffle.ts",
      find: 'next.state === "done" ? state.board.shuffles[1] : next;',
      replace: 'next.state === "done" ? undefined : next;',
    },
  ],
  ...OFFICE_DEFECTS,
};

/** From here on modules are loaded with the defect in them. Throws when its place in the source is not what it was. */
export function breakCode(name: string): void {
  const patches = DEFECTS[name];
  if (patches === undefined)
    throw new Error(`expected one of ${Object.keys(DEFECTS).join(", ")}, got the defect ${name}`);
  for (const patch of patches) assertFound(patch);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const ours = patches.filter(({ file }) => url === new URL(file, ROOT).href);
      if (ours.length === 0) return loaded;
      const source = ours.reduce(
        (text, { find, replace }) => text.replace(find, () => replace),
        String(loaded.source),
      );
      return { ...loaded, source };
    },
  });
}

function assertFound({ file, find }: Patch): void {
  const places = readFileSync(fileURLToPath(new URL(file, ROOT)), "utf8").split(find).length - 1;
  if (places !== 1)
    throw new Error(`expected the defect's place once in ${file}, found it ${places} times: ${find}`);
}
