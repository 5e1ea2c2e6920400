import { expect } from "chai";
import { type Ours, ours, RULE_FILES_THAT_TOUCH_THE_OUTSIDE } from "./support/architecture.ts";
import { functionSizes, type SourceFile, sourceFiles, withoutComments } from "./support/source-files.ts";

const FILES = sourceFiles();
const OURS = new Map(FILES.map((file) => [file.path, file]));

/** Every import of one of our files by another: who, and whom. */
const EDGES: readonly (readonly [Ours, Ours])[] = FILES.flatMap(({ path, imports }) =>
  imports.filter((name) => ours(name).top !== undefined).map((name) => [ours(path), ours(name)] as const),
);

/** Imports that the rule does not allow, as `from → to`. */
const against = (isAllowed: (from: Ours, to: Ours) => boolean): string[] =>
  EDGES.filter(([from, to]) => !isAllowed(from, to)).map(([from, to]) => `${from.path} → ${to.path}`);

const only = (folder: string, ...allowed: readonly string[]): string[] =>
  against((from, to) => from.top !== folder || [folder, ...allowed].includes(to.top ?? ""));

describe("import directions (ARCHITECTURE.md)", () => {
  it("schemas import nothing of ours but schemas", () => {
    expect(only("schemas")).to.deep.equal([]);
  });

  it("documents import schemas", () => {
    expect(only("documents", "schemas")).to.deep.equal([]);
  });

  it("streams import schemas", () => {
    expect(only("streams", "schemas")).to.deep.equal([]);
  });

  it("actors import schemas, streams and documents; the runtime imports no actor", () => {
    expect(only("actors", "schemas", "streams", "documents")).to.deep.equal([]);
    expect(
      against((from, to) => from.actor !== "runtime" || to.top !== "actors" || to.actor === "runtime"),
    ).to.deep.equal([]);
  });

  it("an actor imports the pure ledger and the runtime, never another actor; the ledger imports no actor", () => {
    const mayImport = (from: Ours, to: Ours) =>
      to.actor === from.actor || to.actor === "runtime" || to.actor === "ledger";
    expect(
      against(
        (from, to) =>
          from.actor === "runtime" || to.top !== "actors" || from.top !== "actors" || mayImport(from, to),
      ),
    ).to.deep.equal([]);
    expect(
      against(
        (from, to) =>
          from.actor !== "ledger" ||
          to.top !== "actors" ||
          to.actor === "ledger" ||
          to.path === "actors/runtime/actor.ts",
      ),
    ).to.deep.equal([]);
  });

  it("of the runtime an actor sees the contract of actors, stores and gateways, and nothing that runs", () => {
    const contract = ["actor", "actor-store", "entities", "fact", "gateway", "statement"].map(
      (name) => `actors/runtime/${name}.ts`,
    );
    expect(
      against(
        (from, to) =>
          from.top !== "actors" ||
          from.actor === "runtime" ||
          to.actor !== "runtime" ||
          contract.includes(to.path),
      ),
    ).to.deep.equal([]);
    expect(
      against(
        (from, to) =>
          from.top !== "actors" ||
          from.actor === "runtime" ||
          to.top !== "streams" ||
          to.path === "streams/partition.ts",
      ),
    ).to.deep.equal([]);
  });

  it("the edge imports schemas, streams and documents, never actors or ops", () => {
    expect(only("http", "schemas", "streams", "documents")).to.deep.equal([]);
  });

  it("the web imports schemas at most", () => {
    expect(only("web", "schemas")).to.deep.equal([]);
  });

  it("only main.ts, ops, the benches and tests import ops", () => {
    const roots = ["ops", "test", "bench", undefined];
    expect(
      against((from, to) => to.top !== "ops" || from.path === "main.ts" || roots.includes(from.top)),
    ).to.deep.equal([]);
  });

  it("nothing but tests imports tests", () => {
    expect(against((from, to) => to.top !== "test" || from.top === "test")).to.deep.equal([]);
  });

  it("every import of ours names a file that exists", () => {
    const source = /\.tsx?$/;
    const isOthers = ({ path }: Ours) => path.includes("/generated/") || path.startsWith("bench/peers/");
    const isKnown = (file: Ours) => OURS.has(file.path) || isOthers(file) || !source.test(file.path);
    expect(against((_, to) => isKnown(to))).to.deep.equal([]);
  });

  it("there are no import cycles when types are erased", () => {
    expect(cycleIn(FILES) ?? []).to.deep.equal([]);
  });

  it("there are no barrels: a file that exports from others exports something of its own", () => {
    const passedOn = /^export (?:type )?(?:\{[^}]*\}|\*(?: as \w+)?) from "[^"]+";$/gm;
    const imported = /^import\s[^"]*"[^"]+";$/gm;
    const barrels = FILES.filter(({ text }) => {
      const code = withoutComments(text);
      return code.search(passedOn) >= 0 && code.replace(passedOn, "").replace(imported, "").trim() === "";
    });
    expect(barrels.map(({ path }) => path)).to.deep.equal([]);
    expect(FILES.filter(({ text }) => /^export \* from/m.test(text)).map(({ path }) => path)).to.deep.equal(
      [],
    );
  });

  it("no file or folder is called utils, helpers, common, types, misc or index", () => {
    const dump = /(^|\/)(utils?|helpers?|common|types|misc|index)(\.tsx?$|\/)/;
    expect(FILES.filter(({ path }) => dump.test(path)).map(({ path }) => path)).to.deep.equal([]);
  });
});

/** The files of a cycle, the first one twice; undefined when there is none. */
function cycleIn(files: readonly SourceFile[]): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (at: string): string[] | undefined => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at];
    if (done.has(at)) return undefined;
    path.push(at);
    for (const next of OURS.get(at)?.loads ?? []) {
      const cycle = OURS.has(next) ? visit(next) : undefined;
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(at);
    return undefined;
  };
  for (const file of files) {
    const cycle = visit(file.path);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

describe("pure decisions (G7)", () => {
  const IMPURE: Readonly<Record<string, RegExp>> = {
    "the clock": /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bTemporal\.Now\b/,
    chance: /\bMath\.random\b|\brandom(UUID|Bytes|Int)\b|\bnewUuid\b/,
    "the process": /\bprocess\b|\bconsole\b|\bglobalThis\b/,
    timers: /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/,
    waiting: /\basync\b|\bawait\b|\bPromise\b/,
    "the outside": /\bfetch\(|from "(node:(?!crypto")|pg"|ioredis"|pino"|nodemailer")/,
  };
  const isRule = ({ path }: SourceFile): boolean =>
    /^actors\/(?!runtime\/)/.test(path) &&
    !RULE_FILES_THAT_TOUCH_THE_OUTSIDE.some((name) => path.endsWith(name));
  const rules = FILES.filter(
    (file) => isRule(file) || /^actors\/runtime\/(context|fact|entities)\.ts$/.test(file.path),
  );

  it("there are rule files to look at, decide and evolve among them", () => {
    expect(rules.length).to.be.above(25);
    expect(rules.map(({ path }) => path)).to.include.members([
      "actors/account/decide.ts",
      "actors/task-board/evolve.ts",
    ]);
  });

  for (const [what, pattern] of Object.entries(IMPURE)) {
    it(`no rule file touches ${what}`, () => {
      const touching = rules.filter(({ text }) => pattern.test(withoutComments(text)));
      expect(touching.map(({ path }) => path)).to.deep.equal([]);
    });
  }

  it("SQL stands in stores alone", () => {
    const sql = /["`]\s*(select|update|insert into|delete from|with) /;
    const others = FILES.filter(
      ({ path, text }) => /^actors\/.*(?<!store)\.ts$/.test(path) && sql.test(text),
    );
    expect(others.map(({ path }) => path)).to.deep.equal([]);
  });
});

describe("small files and functions (style.md)", () => {
  const FILE_LINES_MAX = 350;
  const FUNCTION_LINES_MAX = 60;
  const FUNCTION_LINES_MOSTLY = 25;
  /** Each with its reason; a new name here is a decision. */
  const LONG_FILES: Readonly<Record<string, string>> = {
    "test/browser/board.test.ts": "one page, every button on it",
    "test/browser/money.test.ts": "one system for every page of money",
    "test/http/commands.test.ts": "every command's whole life at the edge",
    "test/http/feed.test.ts": "one feed, one file",
    "test/http/server.test.ts": "one server, one file",
    "test/simulation/store/entity-contract.ts": "every entity of every kind, as stores keep it",
    "test/ops/verify.test.ts": "every way to break a book, each told by its rule",
  };
  const LONG_FUNCTIONS: Readonly<Record<string, string>> = {
    "ops/metrics.ts createMetrics": "one list of metrics with their words",
    "test/support/world.ts newWorld": "one object with what a test may ask for",
  };
  const functions = FILES.flatMap(functionSizes);

  it(`files have at most ${FILE_LINES_MAX} lines`, () => {
    const long = FILES.filter(({ path, lines }) => lines > FILE_LINES_MAX && LONG_FILES[path] === undefined);
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).to.deep.equal([]);
  });

  it(`functions have at most ${FUNCTION_LINES_MAX} lines, and nearly all at most ${FUNCTION_LINES_MOSTLY}`, () => {
    expect(functions.length).to.be.above(1_000);
    const long = functions.filter(
      ({ path, name, lines }) =>
        lines > FUNCTION_LINES_MAX && LONG_FUNCTIONS[`${path} ${name}`] === undefined,
    );
    expect(long.map(({ path, name, lines }) => `${path} ${name}: ${lines}`)).to.deep.equal([]);
    const medium = functions.filter(({ lines }) => lines > FUNCTION_LINES_MOSTLY);
    expect(medium.length / functions.length).to.be.below(0.06);
  });

  it("every exception names a file that exists", () => {
    const named = [
      ...Object.keys(LONG_FILES),
      ...Object.keys(LONG_FUNCTIONS).map((name) => name.split(" ")[0] ?? ""),
    ];
    expect(named.filter((path) => !OURS.has(path))).to.deep.equal([]);
  });

  it("every file of the back end begins by saying what it is for", () => {
    const backEnd = FILES.filter(({ path }) => !/^(web|test)\//.test(path));
    const silent = backEnd.filter(({ text }) => !/^(\/\*\*|\/\/)/.test(text));
    expect(silent.map(({ path }) => path)).to.deep.equal([]);
  });
});
