/**
 * The titles of a test file's suites and tests, read from its text, with what they stand in: nothing is run, so that a
 * file that cannot start still says what it is about. Code is skipped token by token; a title is the text literal that
 * is the first argument of `describe`, `it` and their kin. What a template inserts, or what is no literal, is shown as `…`.
 *
 * A suite or test that is skipped shows nothing, nor does what stands in it.
 */

export interface TestTitle {
  readonly kind: "suite" | "test";
  /** Of the outermost suite first, the own one last. */
  readonly path: readonly string[];
  /** Tests in it; 1 for a test. */
  readonly tests: number;
}

interface Open {
  readonly kind: TestTitle["kind"];
  readonly title: string | undefined;
  readonly depth: number;
  tests: number;
  readonly place: number;
}

const SKIPPED = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const TEXT = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const WORD = /[\w$]+(?:\s*\??\.\s*[\w$]+)*/y;
const PATTERN = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const INSERTION = /\$\{/y;
const OPENER = /^(?:mocha\.)?(describe|context|it|specify)(?:\.(only|skip))?$/;
/** Before these a slash divides; after anything else it begins a pattern. */
const VALUE_END = /[\w$)\]"'`]$/;
const NOT_VALUES = /(?:^|[^\w$.])(?:return|typeof|case|in|of|await|yield|void|delete|else|do)$/;

export function titlesOf(source: string): TestTitle[] {
  return new Scan(source).titles();
}

class Scan {
  readonly #source: string;
  readonly #open: Open[] = [];
  readonly #found: (TestTitle | undefined)[] = [];
  #at = 0;
  #depth = 0;
  #before = "";

  constructor(source: string) {
    this.#source = source;
  }

  titles(): TestTitle[] {
    while (this.#at < this.#source.length) this.#step();
    return this.#found.filter((each) => each !== undefined && each.tests > 0) as TestTitle[];
  }

  #step(): void {
    if (this.#take(SKIPPED) !== undefined) return;
    const word = this.#take(WORD);
    if (word !== undefined) this.#word(word);
    else if (!this.#literal()) this.#sign(this.#source[this.#at++] ?? "");
  }

  /** A text, a template or a pattern: nothing in it is code. */
  #literal(): boolean {
    const isPattern = this.#source[this.#at] === "/" && !this.#isAfterValue();
    const literal = isPattern ? this.#take(PATTERN) : this.#text();
    if (literal === undefined) return false;
    this.#saw('"');
    return true;
  }

  #word(word: string): void {
    this.#saw(word);
    const [, name, mode] = OPENER.exec(word.replace(/\s|\?/g, "")) ?? [];
    if (name === undefined || this.#take(/\s*\(\s*/y) === undefined) return;
    this.#depth += 1;
    this.#saw("(");
    const text = this.#text();
    if (text !== undefined) this.#saw('"');
    const title = mode === "skip" ? undefined : (text ?? "…");
    const kind = name === "describe" || name === "context" ? "suite" : "test";
    this.#open.push({ kind, title, depth: this.#depth, tests: 0, place: this.#found.push(undefined) - 1 });
  }

  #sign(sign: string): void {
    this.#saw(sign);
    if (sign === "(" || sign === "[" || sign === "{") this.#depth += 1;
    if (sign !== ")" && sign !== "]" && sign !== "}") return;
    if (this.#open.at(-1)?.depth === this.#depth) this.#close();
    this.#depth -= 1;
  }

  #close(): void {
    const path = this.#open.map(({ title }) => title);
    const own = this.#open.pop();
    const outer = this.#open.at(-1);
    if (own === undefined || path.includes(undefined)) return;
    const tests = own.kind === "test" ? 1 : own.tests;
    if (outer !== undefined) outer.tests += tests;
    this.#found[own.place] = { kind: own.kind, path: path as string[], tests };
  }

  /** What a text or a template says. */
  #text(): string | undefined {
    const literal = this.#take(TEXT);
    return literal === undefined ? this.#template() : plain(literal.slice(1, -1));
  }

  #template(): string | undefined {
    if (this.#source[this.#at] !== "`") return undefined;
    let said = "";
    let start = ++this.#at;
    while (this.#at < this.#source.length && this.#source[this.#at] !== "`") {
      if (this.#take(INSERTION) === undefined) this.#at += this.#source[this.#at] === "\\" ? 2 : 1;
      else {
        said += `${this.#source.slice(start, this.#at - 2)}…`;
        this.#inserted();
        start = this.#at;
      }
    }
    return plain(said + this.#source.slice(start, this.#at++));
  }

  /** Up to the brace that ends what a template inserts, over texts and templates within. */
  #inserted(): void {
    for (let braces = 1; braces > 0 && this.#at < this.#source.length; ) {
      if (this.#text() !== undefined) continue;
      const sign = this.#source[this.#at++];
      if (sign === "{") braces += 1;
      if (sign === "}") braces -= 1;
    }
  }

  #isAfterValue(): boolean {
    return VALUE_END.test(this.#before) && !NOT_VALUES.test(this.#before);
  }

  #saw(token: string): void {
    this.#before = token;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [taken] = pattern.exec(this.#source) ?? [];
    if (taken !== undefined) this.#at = pattern.lastIndex;
    return taken === "" ? undefined : taken;
  }
}

/** With its escapes resolved. */
function plain(inner: string): string {
  return inner.replace(/\\(?:u\{?([0-9a-f]{2,6})\}?|([\s\S]))/gi, (_, code, sign) =>
    code === undefined ? escaped(sign) : String.fromCodePoint(Number.parseInt(code, 16)),
  );
}

function escaped(sign: string): string {
  return sign === "n" ? "\n" : sign === "t" ? "\t" : sign;
}
