/** Cuts a page out of rows that were asked for with one more than the page holds. */
import type { Page } from "../route.ts";
import { type CursorKey, encodeCursor } from "./cursor.ts";

export const PAGE_SIZE_DEFAULT = 50;
export const PAGE_SIZE_MAX = 200;
/** Of a file: some 100 KiB in memory, whatever the whole weighs. */
const EXPORT_PAGE_SIZE = 500;

/** What every list takes from its query. */
export interface PageRequest {
  readonly limit?: number;
  readonly cursor?: string;
}

export function pageSize(request: PageRequest): number {
  return request.limit ?? PAGE_SIZE_DEFAULT;
}

/** Every page of a list, one after another: each is read when it is asked for. */
export async function* allPages<T>(
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<Page<T>>,
  limit = EXPORT_PAGE_SIZE,
): AsyncGenerator<readonly T[]> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<T> = await read(cursor === undefined ? { limit } : { limit, cursor });
    yield page.items;
    cursor = page.next;
  }
}

/** `rows` hold up to `size + 1`: the one too many only says that there is a next page. */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  size: number,
  list: string,
  keyOf: (row: Row) => CursorKey,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const hasMore = rows.length > size && last !== undefined;
  return { items: shown.map(toItem), next: hasMore ? encodeCursor(list, keyOf(last)) : null };
}
