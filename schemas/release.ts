/**
 * Released versions never change (EVT-1): `released.json` keeps the hash of every schema that was ever released, common
 * definitions put in the place of their references, so that a change of those is a change too.
 *
 * `node schemas/release.ts` adds the versions that are new and refuses when a released one was changed or removed: make
 * a new version and an upcaster instead. `--check` only looks; a test does the same.
 */
import { hash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { COMMON_SCHEMA, ENVELOPE_SCHEMA, SCHEMA_FILES } from "./registry.ts";

/** File name → sha256 of its canonical JSON. */
export type Released = Readonly<Record<string, string>>;

export const RELEASED_FILE = fileURLToPath(new URL("./released.json", import.meta.url));

export function readReleased(): Released {
  return JSON.parse(readFileSync(RELEASED_FILE, "utf8")) as Released;
}

/** The hashes of what is in the folder now. */
export function presentSchemas(): Released {
  const named = SCHEMA_FILES.map(({ kind, type, version, schema }) => [
    `${kind}/${type}.v${version}.json`,
    schema,
  ]);
  const all: [string, unknown][] = [["envelope.json", ENVELOPE_SCHEMA], ...(named as [string, unknown][])];
  return Object.fromEntries(all.sort(byName).map(([name, schema]) => [name, hashOf(schema)]));
}

/** What a release may not do, one sentence each; empty = nothing. */
export function brokenReleases(released: Released, present: Released): string[] {
  return Object.entries(released).flatMap(([name, known]) => {
    const now = present[name];
    if (now === known) return [];
    return now === undefined
      ? [`schemas/${name} was released and is gone: old messages name it for ever.`]
      : [`schemas/${name} was released and has changed: make the next version and an upcaster instead.`];
  });
}

/** Present but not released yet: nobody may rely on them. */
export function unreleased(released: Released, present: Released): string[] {
  return Object.keys(present).filter((name) => released[name] === undefined);
}

export function hashOf(schema: unknown): string {
  return hash("sha256", canonical(resolved(schema)), "hex");
}

/** JSON with its properties in order and without white space: the same for the same meaning. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const properties = Object.entries(value).sort(byName);
  return `{${properties.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
}

function resolved(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(resolved);
  if (typeof node !== "object" || node === null) return node;
  const { $ref: reference, ...beside } = node as { $ref?: string };
  const own = Object.fromEntries(Object.entries(beside).map(([name, inner]) => [name, resolved(inner)]));
  if (reference === undefined) return own;
  const definitions = COMMON_SCHEMA.$defs as Readonly<Record<string, unknown>>;
  const common = resolved(definitions[reference.slice(reference.lastIndexOf("/") + 1)]) as object;
  // What stands beside a reference holds together with it: it is part of the hash, too.
  return Object.keys(own).length === 0 ? common : { allOf: [common, own] };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function main(checkOnly: boolean): number {
  const [released, present] = [readReleased(), presentSchemas()];
  const broken = brokenReleases(released, present);
  for (const sentence of broken) process.stderr.write(`${sentence}\n`);
  if (broken.length > 0) return 1;
  const added = unreleased(released, present);
  if (checkOnly) {
    for (const name of added)
      process.stderr.write(`schemas/${name} is not released: run schemas/release.ts.\n`);
    return added.length === 0 ? 0 : 1;
  }
  writeFileSync(RELEASED_FILE, `${JSON.stringify(present, null, 2)}\n`);
  process.stdout.write(`${added.length} added, ${Object.keys(present).length} released\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.includes("--check"));
}
