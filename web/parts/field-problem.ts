import type { Problem } from "../api/problem.ts";

/**
 * What the server said about one field: the entry of `errors[]` whose JSON Pointer names it. What a schema says of
 * patterns and lengths is not for people: then `inWords`, where given, says what is expected.
 */
export function fieldProblem(
  problem: Problem | undefined,
  field: string,
  inWords?: string,
): string | undefined {
  const found = problem?.fields.find(({ pointer }) => pointer?.replace(/^#/, "") === `/${field}`);
  if (found === undefined) return undefined;
  const detail = found.detail ?? found.code ?? problem?.message;
  return detail?.startsWith("must ") ? (inWords ?? detail) : detail;
}
