/** What a page offers to a finger and does not offer to the Tab key, or does without showing where one is. */
import type { Page } from "playwright-core";

const TABS_MAX = 400;
/** A card shows that its link has the focus: as far up the mark may be. */
const MARK_UP_MAX = 4;

/** So many presses between looks: a look is a round trip. */
const TABS_AT_ONCE = 8;

/** In the page: what gets the focus, whether it shows that, and how often the focus has left the last control. */
const WATCH = `
  window.reached = new Set();
  window.unmarked = [];
  window.strayed = [];
  window.rounds = 0;
  window.isMarked = (element) => {
    if (getComputedStyle(element).boxShadow !== "none") return true;
    for (let at = element, up = 0; at instanceof Element && up < ${MARK_UP_MAX}; at = at.parentElement, up++)
      if ([null, "::after"].some((part) => getComputedStyle(at, part).outlineStyle !== "none")) return true;
    return false;
  };
  window.told = (element) => element.outerHTML.slice(0, 160);
  // Below a dialog nothing can be reached, and need not be.
  window.topmost = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  window.unreached = () =>
    [...topmost.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
      .filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }))
      .filter((each) => each.closest("[inert], [hidden]") === null && !reached.has(each));
  window.watching?.abort();
  window.watching = new AbortController();
  addEventListener("focusin", ({ target }) => {
    if (reached.has(target)) return;
    reached.add(target);
    if (!topmost.contains(target)) strayed.push(target);
    if (!isMarked(target)) unmarked.push(target);
  }, watching);
  addEventListener("focusout", ({ relatedTarget }) => { if (relatedTarget === null) rounds += 1; }, watching);
  // The round begins before the first control: where one was last would be half-way.
  topmost.tabIndex = -1;
  topmost.focus();
  topmost.removeAttribute("tabindex");
  reached.clear();
  unmarked.length = strayed.length = rounds = 0;
`;
/** Twice round the window: once, the page may have taken a control away that had the focus. */
const IS_ALL = "rounds >= 2 || unreached().length === 0";
const MISSED = `
  unreached().map((each) => "not reached: " + told(each))
    .concat(strayed.map((each) => "left the dialog for: " + told(each)))
    .concat(unmarked.map((each) => "does not show the focus: " + told(each)))
`;

export async function outOfReach(page: Page): Promise<string[]> {
  await page.evaluate(WATCH);
  for (let press = 0; press < TABS_MAX; press += TABS_AT_ONCE) {
    for (let each = 0; each < TABS_AT_ONCE; each++) await page.keyboard.press("Tab");
    if (await page.evaluate<boolean>(IS_ALL)) break;
  }
  return page.evaluate<string[]>(MISSED);
}
