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
/** Receipts are counted for so long after the seal, or the first one after it; or until there are no more. */
const RECEIPTS_MS = 4_000;
const FIRST_RECEIPT_MS_MAX = 60_000;

export const close: Row = {
  name: "close",
  measured:
    "From the request over HTTP to the seal: a payout entry and a payout request for every positive balance, the control " +
    "totals compared, the day sealed. Then receipts as a real SMTP server takes them, from the seal on, while payouts are " +
    "still being settled. Beside: the same rows by one set-based statement.",
  notMeasured:
    "A payment provider's time (the sandbox answers at once); what a set-based statement would hold up.",
  limits:
    "The worker's thread: every payout is decided, hashed into its chain, committed, requested and told; Postgres is " +
    "next. Kept: batches take turns between rounds of the event loop (43 to 45 s before, 22 to 26 after, at 100,000 " +
    "accounts), and what follows gathers until the last partition has closed (3.7 times the statement before, 2.1 after). " +
    "Receipts: both cores, by 4.6 ms a payout with its mail: the worker 1.2 and 0.7 of collecting and compiling, its mail " +
    "thread 1.25 (nodemailer), Postgres 0.75, this server of mails 0.5. In the seconds that count payouts are still settled; " +
    "when they are, it is 600 to 800/s. Kept: the mail thread, and what follows from the ledger is one rank (21/s before, " +
    "beside the payouts of 100,000). Tried, and not kept: mails before payouts, and before analytics (no more of them, " +
    "first ones sooner), a work of the day before the clock, collecting garbage in one thread.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const accounts = { quick: 10_000, among: 15_000, alone: 100_000 }[bench.size];
  const book = await bench.servers.installedDatabase();
  await seedAccounts(book, { accounts, entriesEach: 0, balanceMinor: 30 });
  const lanes = [ourLane(bench, book, accounts, await MailSink.start()), setBasedLane(bench, book)];
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
    notes: [`${shown(accounts)} positive accounts.`],
    lastLine: `close: ours ${told(ours)} s, set-based SQL ${told(sql)} s, receipts ${told(receipts)}/s, ratio ${told(bySql)}`,
  };
}

/** Each round on a copy of the same book, by a system of its own. */
function ourLane({ servers }: Bench, book: string, accounts: number, sink: MailSink): Lane {
  return {
    name: OURS,
    kind: "ours",
    setup: "the defaults; an edge and a worker, started before the clock",
    async round() {
      const databaseUrl = await servers.installedDatabase(book);
      const system = await OurSystem.start(servers, { databaseUrl, env: { SMTP_URL: sink.url } });
      await servers.settle();
      sink.cameMs.length = 0;
      const figures = await closed(system);
      const receipts = await receiptsPerSecond(sink, accounts);
      await system.stop();
      await servers.drop(databaseUrl);
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

/** Those that came before the seal are left out: what decides the day goes before what tells of it. */
async function receiptsPerSecond({ cameMs }: MailSink, accounts: number): Promise<number> {
  const before = cameMs.length;
  const untilMs = performance.now() + FIRST_RECEIPT_MS_MAX;
  while (cameMs.length === before) {
    if (performance.now() > untilMs) throw new Error(`no receipt came within ${FIRST_RECEIPT_MS_MAX} ms`);
    await sleep(50);
  }
  const first = cameMs[before] ?? 0;
  while (cameMs.length < accounts && performance.now() - first < RECEIPTS_MS) await sleep(50);
  return (cameMs.length - before) / (((cameMs.at(-1) ?? 0) - first) / 1_000);
}
