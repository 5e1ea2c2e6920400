/** The repository's own source files, with what their text alone tells: imports and the sizes of functions. */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Modules as they are named: `node:fs`, `pg`, and paths of our own files. */
  readonly imports: readonly string[];
  /** Those that are left when types are erased. */
  readonly loads: readonly string[];
}

export interface FunctionSize {
  readonly path: string;
  readonly name: string;
  readonly lines: number;
}

const FOLDERS = "{schemas,documents,streams,actors,http,ops,web,test,bench}/**/*.{ts,tsx}";
const NOT_OURS = /(^|\/)(node_modules|generated|dist)\/|^bench\/peers\//;

export function sourceFiles(): SourceFile[] {
  return globSync([FOLDERS, "main.ts"], { cwd: ROOT, exclude: (path) => path.includes("node_modules") })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !NOT_OURS.test(path))
    .sort()
    .map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(posix.join(ROOT, path), "utf8");
  const code = withoutComments(text);
  const lines = text.trimEnd().split("\n").length;
  return { path, text, lines, imports: importsOf(path, code), loads: importsOf(path, withoutTypes(code)) };
}

/** Statements begin their line; `import("…")` may stand anywhere. Comments are taken out first. */
const IMPORT =
  /^\s*(?:import|export)\s[^"';]*?from\s*"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;

function importsOf(path: string, code: string): string[] {
  const found = [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  return found.map((name) => (name.startsWith(".") ? posix.join(posix.dirname(path), name) : name));
}

function withoutTypes(code: string): string {
  return code.replace(/^\s*(?:import|export) type\s[^"';]*?from\s*"[^"]+"/gm, "");
}

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** A line that opens a function, method or arrow function with a name; Biome closes it at the same indentation. */
const OPENING =
  /^( *)(?:export )?(?:default )?(?:static |readonly |override |protected |private |get |set |async )*(?:function\*? )?(?:const )?(#?[A-Za-z_$][\w$]*)(?:<.*>)?(?: ?= ?(?:async )?)?(?:\(|: ?(?:async )?\(|$)/;
const NO_NAMES = new Set([
  "if",
  "for",
  "while",
  "switch",
  "return",
  "catch",
  "do",
  "else",
  "describe",
  "it",
  "before",
  "after",
]);

/** Functions that have a name, with their lines; what stands inside of a `describe` is the test's own matter. */
export function functionSizes({ path, text }: SourceFile): FunctionSize[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const match = OPENING.exec(line);
    const [, indent = "", name = ""] = match ?? [];
    if (match === null || NO_NAMES.has(name)) return [];
    const end = endOf(lines, at, indent);
    return end === undefined ? [] : [{ path, name, lines: end - at + 1 }];
  });
}

/** The line that closes the body; none for what has no body in braces, such as a call or an overload. */
function endOf(lines: readonly string[], start: number, indent: string): number | undefined {
  let hasBody = (lines[start] ?? "").endsWith("{");
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (!line.startsWith(indent)) return undefined;
    const isOurs = line.length > indent.length && line[indent.length] !== " ";
    if (!isOurs) continue;
    const rest = line.slice(indent.length);
    if (hasBody) return /^[})\]]/.test(rest) ? at : undefined;
    if (!/^\)?.*\{$/.test(rest) || !rest.startsWith(")")) return undefined;
    hasBody = true;
  }
  return undefined;
}
