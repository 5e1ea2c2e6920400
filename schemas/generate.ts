/** Writes schemas/generated/messages.ts from the JSON Schemas: `npm run generate`. A test compares. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { COMMON_SCHEMA, latestVersion, SCHEMA_FILES } from "./registry.ts";

const HEADER = `// Generated from the JSON Schemas by \`npm run generate\`; do not edit.
import type { BusinessDate } from "../business-date.ts";
import type { JobId, PayoutId, ScheduleId, TaskId, UserId } from "../ids.ts";
import type { Minor } from "../money.ts";
`;

export const GENERATED_FILE = fileURLToPath(new URL("./generated/messages.ts", import.meta.url));

export async function generateTypes(): Promise<string> {
  const files = [...SCHEMA_FILES].sort((a, b) =>
    nameOf(a.type, a.version) < nameOf(b.type, b.version) ? -1 : 1,
  );
  const interfaces: string[] = [];
  for (const file of files) {
    const { $id: _, ...schema } = inline(file.schema) as Record<string, unknown>;
    interfaces.push(
      await compile(schema as JSONSchema, nameOf(file.type, file.version), {
        bannerComment: "",
        format: false,
      }),
    );
  }
  const latest = files.filter((f) => f.version === latestVersion(f.type));
  const ofKind = (kind: string) => latest.filter((f) => f.kind === kind).map((f) => JSON.stringify(f.type));
  return [
    HEADER,
    ...interfaces,
    `/** The data of each type in its latest version. */\nexport interface DataOf {`,
    ...latest.map((f) => `  ${JSON.stringify(f.type)}: ${nameOf(f.type, f.version)};`),
    "}",
    `export type Type = keyof DataOf;`,
    `export type CommandType = ${ofKind("commands").join(" | ")};`,
    `export type FactType = ${ofKind("facts").join(" | ")};`,
    `export type InternalType = ${ofKind("internal").join(" | ")};`,
    "",
  ].join("\n");
}

function nameOf(type: string, version: number): string {
  const words = type.split(/[.-]/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `${words.join("")}V${version}`;
}

/** Puts the common definitions in the place of their references. */
function inline(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inline);
  if (typeof node !== "object" || node === null) return node;
  const ref = (node as { $ref?: string }).$ref;
  if (ref !== undefined) {
    const definitions = COMMON_SCHEMA.$defs as Record<string, unknown>;
    return inline(definitions[ref.slice(ref.lastIndexOf("/") + 1)]);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inline(value)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(GENERATED_FILE, await generateTypes());
  process.stdout.write(`wrote ${GENERATED_FILE}\n`);
}
