/** board: the page in a browser with ten thousand open tasks and two tabs, as the one who works in it feels it. */
import type { Browser } from "playwright-core";
import { hashPassword } from "../../http/auth/password.ts";
import { buildWeb } from "../../ops/build-web.ts";
import { BoardPage } from "../board-page.ts";
import { seedBoard, seedPool } from "../board-seed.ts";
import { openBrowser } from "../chromium.ts";
import { type Figures, quantile, shown } from "../figures.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { OurSystem } from "../our-system.ts";
import type { Bench, Ratio, Row, RowResult } from "../row.ts";
import { stopAtEnd } from "../stop-order.ts";

const NAME = "aTES";
const TASKS = 10_000;
const PEOPLE = 20;
const EMAIL = "popug-1@bench.local";
const PASSWORD = "parrots-love-seeds";
const CHANGES = 20;
const BETWEEN_CHANGES_MS = 400;

/** What a person may feel at most. */
const LIMITS = {
  "usable ms": 1_000,
  nodes: 2_000,
  "heap MB": 120,
  "filter p95 ms": 50,
  "open p95 ms": 50,
  "complete p95 ms": 50,
  "other tab p95 ms": 300,
} as const;
type FigureName = keyof typeof LIMITS;
const NAMES = Object.keys(LIMITS) as FigureName[];

export const board: Row = {
  name: "board",
  measured:
    `The board with ${shown(TASKS)} open tasks in Debian's Chromium, headless, two tabs: from the navigation of one who ` +
    "is signed in to the paint of the first card; nodes and heap with all tasks unrolled; from a key to its paint while " +
    "filtering, opening and completing; from a key in one tab to the change in the other.",
  notMeasured:
    "The first visit (its download); a graphics card; a slower machine: the browser, the edge, the worker, Postgres " +
    "and Redis share this one.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const browser = await openBrowser();
  if (browser === undefined) throw new Error("expected a browser on the PATH, found none");
  stopAtEnd(() => browser.close());
  await buildWeb();
  const databaseUrl = await bench.servers.installedDatabase();
  await seedBoard(databaseUrl, PEOPLE, TASKS);
  await giveDoor(databaseUrl);
  const { port } = await OurSystem.start(bench.servers, { databaseUrl });
  const lane: Lane = {
    name: NAME,
    kind: "ours",
    setup: "the defaults; an edge and a worker; a fresh profile each round",
    round: () => measured(browser, `http://127.0.0.1:${port}/`),
  };
  const results = await inTurns([lane], bench.rounds, bench.tell);
  const ratios = NAMES.map((name): Ratio => {
    const limit = LIMITS[name];
    const value = medianOf(results, NAME, name);
    return { name: `board: ${name}`, value, reach: limit, aim: limit / 2, better: "lower" };
  });
  const figures = ratios.map(({ value }, index) => `${NAMES[index]} ${shown(value ?? Number.NaN)}`);
  return { lanes: results, ratios, notes: [], lastLine: `board: ${figures.join(", ")}` };
}

/** A password for the first of the people, whose own tasks are a twentieth of all. */
async function giveDoor(databaseUrl: string): Promise<void> {
  const pool = seedPool(databaseUrl);
  try {
    await pool.query(
      "insert into credentials (user_id, password_hash) select id, $1 from users where email = $2",
      [await hashPassword(PASSWORD), EMAIL],
    );
  } finally {
    await pool.end();
  }
}

async function measured(browser: Browser, url: string): Promise<Figures> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  try {
    const tab = await BoardPage.open(context);
    await tab.signIn(url, EMAIL, PASSWORD);
    await tab.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
    const usableMs = await tab.usableMs(url);
    const other = await BoardPage.open(context);
    await other.usableMs(url);
    const [opened, filtered] = [await opening(tab), await filtering(tab)];
    const { completed, heard } = await completing(tab, other, `${url}?mine=1`);
    await tab.usableMs(url);
    await tab.unrollAll(TASKS - 1_000);
    const { nodes, heapMb } = await tab.weight();
    return {
      "usable ms": usableMs,
      nodes,
      "heap MB": heapMb,
      "filter p95 ms": p95(filtered),
      "open p95 ms": p95(opened),
      "complete p95 ms": p95(completed),
      "other tab p95 ms": p95(heard),
    };
  } finally {
    await context.close();
  }
}

async function opening(tab: BoardPage): Promise<readonly number[]> {
  await tab.page.locator("h1").focus();
  await tab.keysMs(["ArrowDown"]);
  const times: number[] = [];
  for (let round = 0; round < CHANGES; round++) {
    const [, opened = Number.NaN, closed = Number.NaN] = await tab.keysMs(["ArrowDown", "Enter", "Escape"]);
    times.push(opened, closed);
  }
  return times;
}

async function filtering(tab: BoardPage): Promise<readonly number[]> {
  await tab.keysMs(["/"]);
  const times = await tab.keysMs([
    ..."beak log-in page",
    ...Array<string>(8).fill("Backspace"),
    ..."uberpop",
  ]);
  await tab.keysMs(["Escape"]);
  await tab.page.waitForTimeout(500);
  return times;
}

/** Own tasks are completed by key in one tab; the other tab shows all tasks, and when it shows the change is noted. */
async function completing(tab: BoardPage, other: BoardPage, mineUrl: string) {
  await tab.page.goto(mineUrl);
  await tab.page.locator(".column.open .card.mine").first().waitFor();
  await tab.page.locator(".column.open .card-link").first().focus();
  const completed: number[] = [];
  const heard: number[] = [];
  for (let done = 0; done < CHANGES; done++) {
    const number = await tab.page.evaluate<string>(
      `document.activeElement.closest(".card").querySelector(".figures").textContent`,
    );
    const seen = other.page.evaluate<number>(
      `new Promise((done) => {
         const look = () => {
           const cards = document.querySelectorAll(".column.done .card .figures");
           if ([...cards].some((card) => card.textContent === ${JSON.stringify(number)}))
             painted(() => done(performance.timeOrigin + performance.now()));
           else requestAnimationFrame(look);
         };
         look();
       })`,
    );
    const pressedAt = await tab.page.evaluate<number>("performance.timeOrigin + performance.now()");
    completed.push(...(await tab.keysMs(["d"])));
    heard.push((await seen) - pressedAt);
    await tab.page.waitForTimeout(BETWEEN_CHANGES_MS);
  }
  return { completed, heard };
}

function p95(times: readonly number[]): number {
  return quantile(
    times.filter((ms) => !Number.isNaN(ms)).toSorted((a, b) => a - b),
    0.95,
  );
}
