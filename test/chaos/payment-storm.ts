/**
 * A storm of payments (PAY-1): a day's payouts through the sandbox bank, a process of its own that fails at three of ten
 * occasions, while workers are killed. It ends when nothing is under way, with our books against the bank's.
 *
 *   npm run payments -- --payouts 1000 --kills 3 --seed 7
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Finding, lineOf } from "../../ops/verify/finding.ts";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { type MailServer, startMailServer } from "../actors/mailer/mail-server.ts";
import { stopTestServers } from "../support/servers.ts";
import { startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { type BankStatement, type Owed, readOwed, wrongs } from "./payment-audit.ts";
import { askFor, closeDay, employ, work } from "./payment-company.ts";

export interface StormOptions {
  /** People; a few of them have no payout, by their luck. */
  readonly payouts: number;
  readonly kills: number;
  readonly seed?: number;
  readonly say?: (line: string) => void;
}

export interface StormReport {
  readonly payouts: number;
  readonly settled: number;
  readonly returned: number;
  readonly attempts: number;
  readonly kills: number;
  readonly seconds: number;
  readonly wrongs: readonly string[];
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SECRET = "whsec_c3Rvcm0tb2YtcGF5bWVudHMtc3Rvcm0tb2YtcGF5";
const KEY = "storm";
/** Three of ten: of requests a quarter, of payments a tenth. */
const FAULTS = "slow=0.04,error=0.08,silent=0.06,late=0.04,bounce=0.06,reject=0.07";
const TIMEOUT_MS = 1_000;
/** The weather clears when so many payouts are over: then somebody asks for the last, that else wait for their turn. */
const CLEARS_AT = 0.9;
const ASK_EVERY_MS = 2_000;
const WORKERS = 3;
const SETTLED_MS = 300_000;

export async function stormOfPayments(options: StormOptions): Promise<StormReport> {
  const world = await newWorld({ ATES_PAYMENT_CALLBACK_SECRET: SECRET, ATES_FEE_MINOR: "10..10" });
  const storm = new Storm(world, options);
  try {
    return await storm.run();
  } finally {
    await storm.end();
    await world.end();
  }
}

class Storm {
  readonly #world: World;
  readonly #options: StormOptions;
  readonly #workers: WorkerProcess[] = [];
  /** Those who come for the killed: nobody waits for them. */
  readonly #hiring: Promise<void>[] = [];
  #askedAtMs = 0;
  #mails: MailServer | undefined;
  #bank: ChildProcess | undefined;
  #bankUrl = "";

  constructor(world: World, options: StormOptions) {
    this.#world = world;
    this.#options = options;
  }

  async run(): Promise<StormReport> {
    const { payouts, kills } = this.#options;
    const world = this.#world;
    this.#mails = await startMailServer();
    await this.#startBank(`${await world.edge()}/api/v1/payment-callbacks`);
    await Promise.all(Array.from({ length: WORKERS }, () => this.#hire()));
    await employ(world, payouts);
    await work(world, payouts);
    this.#say(`${payouts} people have worked; the day is closed`);
    const startedMs = performance.now();
    await closeDay(world);
    for (let kill = 1; kill <= kills; kill++) await this.#killAt(kill / (kills + 2), kill);
    await Promise.all(this.#hiring);
    const bank = await this.#quiet();
    const owed = await readOwed(world.pool);
    const broken = await verifyLedger(world.pool, world.company);
    const seconds = (performance.now() - startedMs) / 1_000;
    return reportOf(owed, [...wrongs(owed, bank), ...broken.filter(isWrong).map(lineOf)], kills, seconds);
  }

  async end(): Promise<void> {
    for (const { child, ended } of this.#workers) {
      child.kill("SIGKILL");
      await ended;
    }
    this.#bank?.kill("SIGKILL");
    await this.#mails?.stop();
  }

  async #hire(): Promise<void> {
    const env = {
      ATES_PAYMENT_URL: this.#bankUrl,
      ATES_PAYMENT_KEY: KEY,
      ATES_PAYMENT_TIMEOUT_MS: String(TIMEOUT_MS),
    };
    this.#workers.push(await startWorkerProcess(this.#world, this.#mails?.url ?? "", env));
  }

  /** The worker that has been there longest, when so many payouts of all are over; another one is hired for it. */
  async #killAt(share: number, kill: number): Promise<void> {
    const wanted = Math.max(1, Math.floor(this.#options.payouts * share));
    const over = await until(() => this.#overAtLeast(wanted), `${wanted} payouts are over`, SETTLED_MS);
    const victim = this.#workers.shift();
    victim?.child.kill("SIGKILL");
    await victim?.ended;
    this.#say(`kill -9 of worker ${kill}, when ${over} payouts were over`);
    this.#hiring.push(this.#hire());
  }

  async #overAtLeast(wanted: number): Promise<number | undefined> {
    const { rows } = await this.#world.pool.query<{ over: number }>(
      "select count(*)::int as over from payouts where state in ('settled', 'returned')",
    );
    const over = rows[0]?.over ?? 0;
    return over >= wanted ? over : undefined;
  }

  /** Until every payout has ended, and the bank has told all that it will ever tell. */
  async #quiet(): Promise<BankStatement> {
    return until(
      async () => {
        const bank = await this.#books();
        const owed = await readOwed(this.#world.pool);
        await this.#askForTheLast(owed);
        const isStill = owed.every(isOver) && bank.callbacksWaiting + bank.paymentsUnderWay === 0;
        return isStill && !isMoneyComing(owed, bank) ? bank : undefined;
      },
      "all payouts are over",
      SETTLED_MS,
    );
  }

  async #askForTheLast(owed: readonly Owed[]): Promise<void> {
    const waiting = owed.filter((payout) => !isOver(payout));
    const isEarly = waiting.length > owed.length * (1 - CLEARS_AT);
    if (isEarly || performance.now() - this.#askedAtMs < ASK_EVERY_MS) return;
    if (this.#askedAtMs === 0) await this.#atTheBank("faults", { method: "PUT", body: "{}" });
    this.#askedAtMs = performance.now();
    await askFor(this.#world, waiting);
  }

  async #books(): Promise<BankStatement> {
    return (await (await this.#atTheBank("books")).json()) as BankStatement;
  }

  #atTheBank(path: string, asked: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#bankUrl}/${path}`, { ...asked, headers: { authorization: `Bearer ${KEY}` } });
  }

  async #startBank(callback: string): Promise<void> {
    const args = [
      "--port",
      "0",
      "--data",
      join(this.#world.folder, "bank"),
      "--callback",
      callback,
      "--faults",
      FAULTS,
    ];
    const times = ["--slow-ms", "1600", "--late-ms", "700", "--bounce-ms", "500"];
    const luck = ["--seed", String(this.#options.seed ?? 1)];
    const bank = spawn(process.execPath, ["main.ts", "sandbox-bank", ...args, ...times, ...luck], {
      cwd: ROOT,
      env: { ...process.env, ATES_PAYMENT_KEY: KEY, ATES_PAYMENT_CALLBACK_SECRET: SECRET },
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#bank = bank;
    let printed = "";
    bank.stdout.on("data", (chunk) => (printed += chunk));
    const found = async () => /ATES_PAYMENT_URL=(\S+)/.exec(printed)?.[1];
    this.#bankUrl = await until(found, "the sandbox bank runs", 20_000);
  }

  #say(line: string): void {
    this.#options.say?.(line);
  }
}

function isOver({ state }: Owed): boolean {
  return state === "settled" || state === "returned";
}

/** The bank has brought money back, and its call is not heard or its answer not booked. */
function isMoneyComing(owed: readonly Owed[], { payments }: BankStatement): boolean {
  const back = new Set(payments.flatMap(({ state, reference }) => (state === "returned" ? [reference] : [])));
  return owed.some(({ id, state }) => state === "settled" && back.has(id));
}

function isWrong({ verdict }: Finding): boolean {
  return verdict === "broken";
}

function reportOf(
  owed: readonly Owed[],
  found: readonly string[],
  kills: number,
  seconds: number,
): StormReport {
  const count = (state: string) => owed.filter((each) => each.state === state).length;
  const attempts = owed.reduce((sum, each) => sum + each.attempts, 0);
  return {
    payouts: owed.length,
    settled: count("settled"),
    returned: count("returned"),
    attempts,
    kills,
    seconds,
    wrongs: found,
  };
}

const OPTIONS = {
  payouts: { type: "string", default: "1000" },
  kills: { type: "string", default: "3" },
  seed: { type: "string", default: "1" },
} as const;

function readOptions(): readonly number[] {
  const { values } = parseArgs({ options: OPTIONS });
  return (["payouts", "kills", "seed"] as const).map((name) => {
    if (/^\d{1,9}$/.test(values[name])) return Number(values[name]);
    throw new Error(`--${name}: expected a whole number, got ${values[name]}`);
  });
}

async function main(): Promise<number> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  let options: readonly number[];
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`payments: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  const [payouts = 0, kills = 0, seed = 0] = options;
  const report = await stormOfPayments({ payouts, kills, seed, say });
  await stopTestServers();
  for (const wrong of report.wrongs) say(wrong);
  const { settled, returned, attempts, seconds } = report;
  say(
    `${report.payouts} payouts, ${kills} kills, ${attempts} askings, ${seconds.toFixed(1)} s: ${settled} arrived once, ${returned} were returned once, ${report.wrongs.length} wrong`,
  );
  return report.wrongs.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
