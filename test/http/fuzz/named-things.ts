/** What answers have named, so that requests can ask for things that are there: by the first part of their path. */
const KEPT_MAX = 300;
const NAMES = ["id", "userId", "businessDate", "jobId"] as const;

export class NamedThings {
  readonly #byPart = new Map<string, string[]>();

  /** The `n`-th of those that a path may mean; undefined before there is any. */
  at(path: string, n: number, isAllowed: (id: string) => boolean): string | undefined {
    const known = this.#of(partOf(path)).filter(isAllowed);
    return known[n % known.length];
  }

  /** From an answer's JSON: what it is, and what it lists. */
  keep(path: string, body: unknown, location: string | null): void {
    const listed = (body as { items?: unknown } | null)?.items;
    for (const thing of Array.isArray(listed) ? listed.slice(0, 20) : [body])
      this.#keepOne(partOf(path), thing);
    const [, , part, id] = location?.split("/").slice(1) ?? [];
    if (part !== undefined && id !== undefined) this.#add(part, id);
  }

  #keepOne(part: string, thing: unknown): void {
    if (typeof thing !== "object" || thing === null) return;
    const members = thing as Readonly<Record<string, unknown>>;
    const name = NAMES.find((each) => typeof members[each] === "string");
    if (name !== undefined) this.#add(name === "jobId" ? "jobs" : part, String(members[name]));
  }

  #add(part: string, id: string): void {
    const known = this.#of(part);
    if (known.includes(id)) return;
    if (known.length >= KEPT_MAX) known.shift();
    known.push(id);
  }

  #of(part: string): string[] {
    const known = this.#byPart.get(part) ?? [];
    this.#byPart.set(part, known);
    return known;
  }
}

/** `/api/v1/ops/dead-letters/{id}/drop` → `ops/dead-letters`. */
function partOf(path: string): string {
  const before = path.replace("/api/v1/", "").split("/{")[0] ?? "";
  return before.replace(/\.csv$/, "");
}
