/**
 * The registry of schemas: one JSON file per type and version, read once, compiled at first use.
 * Producers validate before sending, consumers on reading (EVT-1).
 */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import { type RawEnvelope, versionOf } from "./envelope.ts";

export type MessageKind = "commands" | "facts" | "internal";

export interface SchemaFile {
  readonly type: string;
  readonly version: number;
  readonly kind: MessageKind;
  readonly schema: Readonly<Record<string, unknown>>;
}

const FOLDERS: readonly MessageKind[] = ["commands", "facts", "internal"];
const FILE = /^([a-z-]+(?:\.[a-z-]+)+)\.v([1-9]\d*)\.json$/;

export const SCHEMA_FILES: readonly SchemaFile[] = FOLDERS.flatMap((kind) =>
  readdirSync(new URL(`./${kind}/`, import.meta.url)).flatMap((name) => {
    const match = FILE.exec(name);
    if (match === null) throw new Error(`schemas/${kind}/${name}: expected <type>.v<version>.json`);
    return [{ type: match[1] ?? "", version: Number(match[2]), kind, schema: readJson(`./${kind}/${name}`) }];
  }),
);

export const COMMON_SCHEMA = readJson("./common.json");
export const ENVELOPE_SCHEMA = readJson("./envelope.json");

const latestVersions = new Map<string, number>();
const kinds = new Map<string, MessageKind>();
for (const { type, version, kind } of SCHEMA_FILES) {
  latestVersions.set(type, Math.max(version, latestVersions.get(type) ?? 0));
  kinds.set(type, kind);
}

/**
 * ajv with our formats and the generator's keyword; the edge compiles its routes' schemas with it too. That schemas are
 * schemas is a matter of tests: to compile the meta-schema would take a seventh of the time in which a process starts.
 */
export function newAjv(options: { coerceTypes?: boolean; validateSchema?: boolean } = {}): Ajv2020 {
  const own = { allErrors: true, strict: true, allowUnionTypes: true, validateSchema: false };
  const ajv = new Ajv2020({ ...own, ...options });
  (addFormatsModule as unknown as { default: (ajv: Ajv2020) => void }).default(ajv);
  ajv.addKeyword("tsType");
  ajv.addSchema(COMMON_SCHEMA);
  return ajv;
}

const ajv = newAjv();
// What messages hold goes into Postgres as it is: no `urn:uuid:`, no upper case beside the lower, no 23:59:60, no year 0.
ajv.addFormat("uuid", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
ajv.addFormat("date-time", { validate: isInstant });
for (const file of SCHEMA_FILES) ajv.addSchema(file.schema);
const validateEnvelope = ajv.compile(ENVELOPE_SCHEMA);
const validators = new Map<string, ValidateFunction>();

/** The version that producers write and actors read; older ones are upcast to it. */
export function latestVersion(type: string): number | undefined {
  return latestVersions.get(type);
}

/** Whether the type is a command, a fact or internal; undefined when the registry does not know it. */
export function kindOf(type: string): MessageKind | undefined {
  return kinds.get(type);
}

/** What is wrong with an envelope or its data, or undefined. The code is stable: it is kept with the dead letter. */
export interface SchemaProblem {
  readonly code: "invalid_envelope" | "unknown_type" | "unknown_version" | "invalid_data";
  readonly detail: string;
}

export function checkEnvelope(candidate: unknown): SchemaProblem | undefined {
  if (validateEnvelope(candidate)) return undefined;
  return { code: "invalid_envelope", detail: explain(validateEnvelope.errors) };
}

/** Checks `envelope.data` by the schema that it names. */
export function checkData(envelope: RawEnvelope): SchemaProblem | undefined {
  if (!latestVersions.has(envelope.type)) {
    return { code: "unknown_type", detail: `expected a type of the registry, got ${envelope.type}` };
  }
  const version = versionOf(envelope);
  const validate = version === undefined ? undefined : validatorOf(envelope.type, version);
  if (validate === undefined) {
    return {
      code: "unknown_version",
      detail: `${envelope.dataschema}: this host knows ${envelope.type} up to version ${latestVersions.get(envelope.type)}`,
    };
  }
  return validate(envelope.data) ? undefined : { code: "invalid_data", detail: explain(validate.errors) };
}

function validatorOf(type: string, version: number): ValidateFunction | undefined {
  const id = `${type}.v${version}.json`;
  const known = validators.get(id);
  if (known !== undefined) return known;
  const compiled = ajv.getSchema(id);
  if (compiled !== undefined) validators.set(id, compiled);
  return compiled;
}

const INSTANT =
  /^([1-9]\d{3})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Date.parse takes 30 February for 2 March, and Postgres refuses it; Temporal takes a 60th second, and costs ten times this. */
function isInstant(text: string): boolean {
  const match = INSTANT.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function explain(errors: readonly ErrorObject[] | null | undefined): string {
  return (errors ?? []).map((e) => `${e.instancePath || "/"} ${e.message ?? e.keyword}`).join("; ");
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Record<string, unknown>;
}
