/** What a page offers to a finger and does not offer to the Tab key, or does without showing where one is. */
import type { Page } from "playwright-core";

const TABS_MAX = 400;
/** A card shows that its link has the focus: as far up the mark may be. */
const MARK_UP_MAX = 4;

/** In the page: every control that can be seen, and the element that has the focus. */
const WATCH = `
  window.reached = new Set();
  window.here = () => {
    const at = document.activeElement;
    if (at === null || at === document.body) return "nowhere";
    if (reached.has(at)) return "again";
    reached.add(at);
    return "new";
  };
  window.isMarked = (element) => {
    if (getComputedStyle(element).boxShadow !== "none") return true;
    for (let at = element, up = 0; at instanceof Element && up < ${MARK_UP_MAX}; at = at.parentElement, up++)
      if ([null, "::after"].some((part) => getComputedStyle(at, part).outlineStyle !== "none")) return true;
    return false;
  };
  window.unmarked = [];
  // Below a dialog nothing can be reached, and need not be.
  window.topmost = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  window.told = (element) => element.outerHTML.slice(0, 160);
  document.activeElement?.blur();
`;
const MISSED = `
  [...topmost.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }))
    .filter((each) => each.closest("[inert], [hidden]") === null && !reached.has(each))
    .map((each) => "not reached: " + told(each))
    .concat(unmarked.map((each) => "does not show the focus: " + told(each)))
`;

export async function outOfReach(page: Page): Promise<string[]> {
  await page.evaluate(WATCH);
  let rounds = 0;
  for (let press = 0; press < TABS_MAX && rounds < 2; press++) {
    await page.keyboard.press("Tab");
    const step = await page.evaluate<string>(
      `(() => {
         const step = here();
         const at = document.activeElement;
         if (step === "new" && !isMarked(at)) unmarked.push(at);
         return step;
       })()`,
    );
    // A date has parts, each a stop of its own: only the way round the window is the end.
    if (step === "nowhere") rounds += 1;
  }
  return page.evaluate<string[]>(MISSED);
}
