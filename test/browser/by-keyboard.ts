/** What one does who has no mouse: goes on by Tab until a control has the focus, then presses a key. */
import type { Locator, Page } from "playwright-core";

const TABS_MAX = 200;

export async function tabTo(page: Page, control: Locator): Promise<void> {
  const reached = control.and(page.locator(":focus"));
  await control.waitFor();
  for (let press = 0; press < TABS_MAX; press++) {
    if ((await reached.count()) > 0) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`expected Tab to reach ${control}, it does not within ${TABS_MAX} presses`);
}

/** Enter on a control that Tab has reached. */
export async function enter(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press("Enter");
}

/** Into the field that Tab has reached. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}
