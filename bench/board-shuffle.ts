/** A shuffle pressed in the page: how long its bar ever stands still, what keys cost meanwhile, left and found again. */
import type { BoardPage } from "./board-page.ts";

/** Notes when the bar of a shuffle moves, from the press to the word that it is done. */
const WATCH_BAR = `
  window.barMoves = [performance.now()];
  new MutationObserver((_, watch) => {
    const text = document.querySelector(".jobs")?.textContent ?? "";
    if (text === window.barText) return;
    window.barText = text;
    barMoves.push(performance.now());
    if (document.querySelector(".job.done") !== null) watch.disconnect();
  }).observe(document, { childList: true, subtree: true, characterData: true });
`;

export interface PageShuffle {
  readonly seconds: number;
  readonly longestStillMs: number;
  readonly keysMs: readonly number[];
}

export async function shuffleIn(tab: BoardPage): Promise<PageShuffle> {
  const { page } = tab;
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Shuffle" }).click();
  const press = page.getByRole("dialog").getByRole("button", { name: "Shuffle" });
  await press.waitFor();
  await page.evaluate(WATCH_BAR);
  await press.click();
  await page.locator(".job").first().waitFor();
  await page.locator("h1").focus();
  const times: number[] = [];
  while ((await page.locator(".job.done, .job.failed").count()) === 0)
    times.push(...(await tab.keysMs(["ArrowDown", "ArrowDown", "Enter", "Escape"])));
  const moves = await page.evaluate<number[]>("window.barMoves");
  const gaps = moves.slice(1).map((at, index) => at - (moves[index] ?? at));
  return {
    seconds: ((moves.at(-1) ?? 0) - (moves[0] ?? 0)) / 1_000,
    longestStillMs: Math.max(...gaps),
    keysMs: times,
  };
}

/**
 * Pressed, left for another page, loaded anew: the bar is there again, further on. Resolves when the shuffle is done. The
 * one before it may still be told as done beside it.
 */
export async function leaveAndReopen({ page }: BoardPage, url: string): Promise<void> {
  await page.getByRole("button", { name: "Shuffle" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Shuffle" }).click();
  const bar = page.locator(".job progress[value]");
  await bar.waitFor();
  const before = Number(await bar.getAttribute("value"));
  await page.goto(`${url}account`);
  await page.locator("h1").waitFor();
  await page.goto(url);
  await page.locator(".job progress[value], .job.done").first().waitFor();
  const after = (await bar.count()) > 0 ? Number(await bar.getAttribute("value")) : Number.POSITIVE_INFINITY;
  if (after < before) throw new Error(`the bar went back from ${before} to ${after}`);
  await bar.waitFor({ state: "detached", timeout: 120_000 });
}
