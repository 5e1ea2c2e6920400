/**
 * `npm run demo`: a client from outside plays a day of the exchange over HTTP, with books of its own: 20 employees, 300
 * tasks, two shuffles, 150 completions, the close of the day while completions go on. Then it compares everything that
 * the system says, down to the receipts in the mailbox, with its books. Exit 0 only when all agree.
 *
 * It imports nothing of the project: what it knows of it, it knows from the API's answers.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { auditCompany } from "./demo/audit-company.ts";
import { auditEntries } from "./demo/audit-entries.ts";
import { auditReceipts } from "./demo/audit-receipts.ts";
import { auditTasks } from "./demo/audit-tasks.ts";
import { closeUnderTraffic } from "./demo/close-day.ts";
import { completeMany } from "./demo/complete.ts";
import { beginBoard, createTasks } from "./demo/fill-board.ts";
import { Narrator } from "./demo/narrator.ts";
import { openStage } from "./demo/open-stage.ts";
import { type Ended, OwnCopy, runVerify, type System } from "./demo/own-copy.ts";
import { settle } from "./demo/settle.ts";
import { shuffle } from "./demo/shuffle.ts";
import type { Stage } from "./demo/stage.ts";
import { table } from "./demo/table.ts";

const HELP = `npm run demo -- [--url URL --mailbox URL --password P] [--keep]

Plays a day of the exchange over HTTP and compares what the system says with books of its own.

  --url URL       a running system instead of a copy of its own; nobody else may be at work there.
                  With DATABASE_URL and REDIS_URL set, \`ates verify\` runs as well.
  --mailbox URL   that system's mailbox
  --password P    password of its admin@ates.local (and of the demo's people)
  --keep          leave the data of the copy for a look
`;

const DEADLINE_MS = 180_000;
const INTERRUPTED = 130;
/** Disagreements that are printed: where one thing is wrong, many comparisons say so. */
const SHOWN_MAX = 40;
/**
 * Every shuffle charges a fee for each task it moves, half of a reward on average: shuffled are the first tasks only, so
 * that the day leaves people above zero as well as below.
 */
const TASKS = { shuffled: 80, later: 200, duringClose: 20 } as const;
const COMPLETIONS = { before: 110, duringClose: 40 } as const;

const OPTIONS = {
  url: { type: "string" },
  mailbox: { type: "string" },
  password: { type: "string" },
  keep: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => interrupted.abort(`ended by ${signal}`));
}
process.exitCode = await main();

/** Or what is wrong with them. */
function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function main(): Promise<number> {
  const values = readOptions();
  if (typeof values === "string") return say(`demo: ${values}\n\n${HELP}`, 2);
  if (values.help === true) return say(HELP, 0);
  const { url, mailbox, password } = values;
  const given = [url, mailbox, password].filter((value) => value !== undefined).length;
  if (given !== 0 && given !== 3) return say("expected --url, --mailbox and --password together\n", 2);
  const narrator = new Narrator(process.stdout);
  const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(DEADLINE_MS)]);
  try {
    return url === undefined || mailbox === undefined || password === undefined
      ? await onOwnCopy(narrator, signal, values.keep === true)
      : await onRunning({ url, mailboxUrl: mailbox, password }, narrator, signal);
  } catch (error) {
    if (interrupted.signal.aborted) return say(`\ndemo: ${interrupted.signal.reason}\n`, INTERRUPTED);
    const cause = signal.aborted ? new Error(`not done in ${DEADLINE_MS / 1_000} s`) : error;
    return say(`\ndemo: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`, 1);
  }
}

async function onOwnCopy(narrator: Narrator, signal: AbortSignal, isKept: boolean): Promise<number> {
  const password = randomBytes(12).toString("base64url");
  narrator.say("starting a copy of the whole system: Postgres, Redis, mailbox, worker, edge");
  const copy = await OwnCopy.start(password);
  try {
    const system = await copy.ready(password, signal);
    narrator.say(`it serves at ${system.url}, its mailbox at ${system.mailboxUrl}`);
    const stage = await play(system, narrator, signal);
    const isSomebodyPaid = [...stage.people.keys()].some((id) => stage.books.payoutOf(stage.date, id) > 0);
    stage.findings.check(
      isSomebodyPaid,
      "nobody ended the day above zero: there was nothing to pay and no receipt",
    );
    verified(stage, await copy.verify(signal));
    const { code, signal: killedBy, output } = await copy.stop();
    stage.findings.check(code === 0, () => `the copy ended with ${code ?? killedBy} on SIGTERM:\n${output}`);
    narrator.say("stopped the copy");
    return conclude(stage);
  } catch (error) {
    if (!interrupted.signal.aborted) narrator.show(`\nThe copy's last words:\n${copy.tail()}`);
    throw error;
  } finally {
    await copy.stop();
    if (isKept) narrator.say(`its data is in ${copy.folder}`);
    else await copy.remove();
  }
}

async function onRunning(system: System, narrator: Narrator, signal: AbortSignal): Promise<number> {
  const stage = await play(system, narrator, signal);
  const { DATABASE_URL, REDIS_URL } = process.env;
  if (DATABASE_URL !== undefined && REDIS_URL !== undefined) verified(stage, await runVerify({}, signal));
  else narrator.say("ates verify needs DATABASE_URL and REDIS_URL: left out");
  return conclude(stage);
}

async function play(system: System, narrator: Narrator, signal: AbortSignal): Promise<Stage> {
  const stage = await openStage(system, narrator, signal);
  await beginBoard(stage, TASKS.shuffled);
  await shuffle(stage, stage.manager);
  await shuffle(stage, stage.admin);
  await createTasks(stage, TASKS.later);
  await completeMany(stage, COMPLETIONS.before);
  await closeUnderTraffic(stage, { completions: COMPLETIONS.duringClose, creations: TASKS.duringClose });
  const settled = await settle(stage);
  await auditEntries(stage);
  await auditTasks(stage, settled.tasks);
  await auditCompany(stage, settled);
  auditReceipts(stage, settled.letters);
  narrator.show(`\n${table(stage)}`);
  return stage;
}

/** Of the checks only what is not as it should be, and the last line, which counts them. */
function verified({ findings, narrator }: Stage, { code, signal, output }: Ended): void {
  const lines = output.trimEnd().split("\n");
  const wrong = lines.filter((line) => !/^\s*ok\b/.test(line)).join("; ");
  findings.check(code === 0, `ates verify ended with ${code ?? signal}: ${wrong}`);
  narrator.say(`ates verify: ${lines.at(-1)}`);
}

function conclude({ findings, narrator, books, client, date, nextDate }: Stage): number {
  const { checks, disagreements, agree } = findings;
  const { requests, repeated, promised } = client.traffic;
  const [closed, since] = [books.sums(date), books.sums(nextDate)];
  const counts = (day: typeof closed) => `${day.feeCount} fees and ${day.rewardCount} rewards`;
  narrator.show(`\n${date}: ${counts(closed)}; ${nextDate}: ${counts(since)}.`);
  const { all, onDate } = books.underWay(date);
  narrator.show(
    `Under way at the moment of the close: ${all}, of which ${onDate} belong to ${date} by their entries.`,
  );
  narrator.show(`${requests} requests, ${repeated} repeated, ${promised} promised and kept.`);
  for (const each of disagreements.slice(0, SHOWN_MAX)) narrator.show(`  ✘ ${each}`);
  const more = disagreements.length - SHOWN_MAX;
  if (more > 0) narrator.show(`  … and ${more} more`);
  const verdict = agree ? "all agree with the books" : `${disagreements.length} disagree with the books`;
  narrator.show(
    `${agree ? "✔" : "✘"} ${checks} comparisons in ${narrator.seconds.toFixed(1)} s: ${verdict}.`,
  );
  return agree ? 0 : 1;
}

function say(text: string, code: number): number {
  (code === 0 ? process.stdout : process.stderr).write(text);
  return code;
}
