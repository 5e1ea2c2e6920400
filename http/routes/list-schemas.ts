/** Lists as api.md has them: `limit` and `cursor` in the query, `items` and `next` in the answer. */
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, type PageRequest } from "../queries/page.ts";
import type { JsonSchema, RouteRequest } from "../route.ts";
import { arrayOf, object } from "./value-schemas.ts";

export const PAGE_QUERY = {
  limit: {
    type: "integer",
    minimum: 1,
    maximum: PAGE_SIZE_MAX,
    description: `Items per page; ${PAGE_SIZE_DEFAULT} unless told.`,
  },
  cursor: {
    type: "string",
    minLength: 1,
    maxLength: 2_000,
    description: "The `next` of the page before; opaque. Anything else: 400 `invalid_cursor`.",
  },
} as const satisfies Record<string, JsonSchema>;

export function pageOf(items: JsonSchema): JsonSchema {
  return object({
    items: arrayOf(items),
    next: { type: ["string", "null"], description: "The cursor of the next page, null on the last." },
  });
}

/** The checked query as the type that its schema promises; unset parameters are absent. */
export function queryOf<T extends object>(request: RouteRequest): T & PageRequest {
  return request.query as T & PageRequest;
}
