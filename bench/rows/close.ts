/** close: the end of a day with many positive accounts, to the seal; and the receipts after it. */
import { setTimeout as sleep } from "node:timers/promises";
import { readCompany } from "../../ops/install.ts";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { seedAccounts } from "../account-seed.ts";
import { seedPool, Tokens } from "../board-seed.ts";
import { setBased } from "../ceilings/set-based-sql.ts";
import { type Figures, shown } from "../figures.ts";
import { HttpConnection, httpRequest } from "../http-connection.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { MailSink } from "../mail-sink.ts";
import { OurSystem } from "../our-system.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const OURS = "aTES";
const SET_BASED = "one set-based statement";
const SECONDS = "close s";
const RECEIPTS = "receipts/s";
const RECEIPTS_MS_MAX = 120_000;

export const close: Row = {
  name: "close",
  measured:
    "From the request over HTTP to the seal: a payout entry and a payout request for every positive balance, the control " +
    "totals compared, the day sealed. And, of a smaller day, receipts as a real SMTP server takes them: from the seal until " +
    "everybody has theirs, for which each payout is paid and settled first. Beside: the same rows by one set-based statement.",
  notMeasured:
    "A payment provider's time (the sandbox answers at once); what a set-based statement would hold up.",
  limits:
    "The worker's thread: every payout is decided, hashed into its chain, committed, requested and told; Postgres is " +
    "next. Kept: batches take turns between rounds of the event loop (43 to 45 s before, 22 to 26 after, at 100,000 " +
    "accounts), what follows gathers until the last partition has closed (3.7 times the statement before, 2.1 to 2.5 after), " +
    "and goes on one partition at a time when that lasts beyond 10 s (100,000: 14.7 to 19.4 s, 1.58 times the statement). " +
    "Receipts: both cores, by 5.3 ms a payout with its mail: the worker 1.4, its mail thread 1.5 (nodemailer, four round " +
    "trips a mail), collecting and compiling for both 0.9, Postgres 0.9, Redis 0.2, this server of mails 0.6; the first " +
    "comes when most payouts are settled, 2 to 4 s after the seal, and from then on it is 410 to 460/s. Kept: the mail thread, " +
    "and what follows from the ledger is one rank (21/s before, beside the payouts of 100,000). Tried, and not kept: mails " +
    "before payouts, and before analytics (no more of them, first ones sooner), a work of the day before the clock, collecting " +
    "garbage in one thread.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const accounts = { quick: 10_000, report: 10_000, full: 100_000 }[bench.size];
  const people = { quick: 2_000, report: 3_000, full: 10_000 }[bench.size];
  const [book, smallBook] = [await bookOf(bench, accounts), await bookOf(bench, people)];
  const lanes = [
    ourLane(bench, { book, smallBook, people, sink: await MailSink.start() }),
    setBasedLane(bench, book),
  ];
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const [ours, sql] = [medianOf(results, OURS, SECONDS), medianOf(results, SET_BASED, SECONDS)];
  const receipts = medianOf(results, OURS, RECEIPTS);
  const bySql = ratio(ours, sql);
  const told = (value: number | undefined) => (value === undefined ? "?" : shown(value));
  return {
    lanes: results,
    ratios: [
      { name: "close / set-based SQL (time)", value: bySql, reach: 3, aim: 2, better: "lower" },
      { name: "receipts per second", value: receipts, reach: 500, aim: 1_000, better: "higher" },
    ],
    notes: [`${shown(accounts)} positive accounts to the seal; ${shown(people)} for receipts.`],
    lastLine: `close: ours ${told(ours)} s, set-based SQL ${told(sql)} s, receipts ${told(receipts)}/s, ratio ${told(bySql)}`,
  };
}

async function bookOf({ servers }: Bench, accounts: number): Promise<string> {
  const book = await servers.installedDatabase();
  await seedAccounts(book, { accounts, entriesEach: 0, balanceMinor: 30 });
  return book;
}

interface Books {
  readonly book: string;
  /** For receipts. */
  readonly smallBook: string;
  readonly people: number;
  readonly sink: MailSink;
}

/** Each time on a copy of the same book, by a system of its own. */
function ourLane({ servers }: Bench, { book, smallBook, people, sink }: Books): Lane {
  async function onCopy<T>(original: string, work: (system: OurSystem) => Promise<T>): Promise<T> {
    const databaseUrl = await servers.installedDatabase(original);
    const system = await OurSystem.start(servers, { databaseUrl, env: { SMTP_URL: sink.url } });
    await servers.settle();
    sink.cameMs.length = 0;
    const result = await work(system);
    await system.stop();
    await servers.drop(databaseUrl);
    return result;
  }
  return {
    name: OURS,
    kind: "ours",
    setup: "the defaults; an edge and a worker, started before the clock",
    async round() {
      const figures = await onCopy(book, closed);
      const receipts = await onCopy(smallBook, async (system) => {
        await closed(system);
        return receiptsPerSecond(sink, people);
      });
      return { ...figures, [RECEIPTS]: receipts };
    },
  };
}

function setBasedLane({ servers }: Bench, book: string): Lane {
  return {
    name: SET_BASED,
    kind: "ceiling",
    setup: "one connection",
    async round() {
      const databaseUrl = await servers.installedDatabase(book);
      await servers.settle();
      const seconds = await setBased("close", databaseUrl);
      await servers.drop(databaseUrl);
      return { [SECONDS]: seconds };
    },
  };
}

async function closed({ port, databaseUrl }: OurSystem): Promise<Figures> {
  const tokens = new Tokens(databaseUrl);
  const accountant = await tokens.of(newUuid() as UserId, "accountant");
  await tokens.close();
  const pool = seedPool(databaseUrl);
  const { firstDate } = await readCompany(pool);
  const connection = await HttpConnection.open(port);
  const startedMs = performance.now();
  const headers = { authorization: `Bearer ${accountant}`, "idempotency-key": newUuid() };
  const { status, body } = await connection.send(
    httpRequest("POST", `/api/v1/days/${firstDate}/close`, headers),
  );
  if (status !== 202) throw new Error(`the close was answered with ${status}: ${body}`);
  while ((await pool.query("select from days where state = 'closed'")).rowCount === 0) await sleep(10);
  const seconds = (performance.now() - startedMs) / 1_000;
  connection.close();
  await pool.end();
  return { [SECONDS]: seconds };
}

/** From now on, which is the seal. */
async function receiptsPerSecond({ cameMs }: MailSink, people: number): Promise<number> {
  const sealedMs = performance.now();
  while (cameMs.length < people) {
    if (performance.now() - sealedMs > RECEIPTS_MS_MAX)
      throw new Error(`${cameMs.length} of ${people} receipts came within ${RECEIPTS_MS_MAX} ms`);
    await sleep(20);
  }
  return people / (((cameMs.at(-1) ?? 0) - sealedMs) / 1_000);
}
