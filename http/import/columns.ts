/** Which column of a file holds what of a task (TT-12): as the request says, else as the header does. */
import { badRequest, type InputError } from "../refusal.ts";

export const FIELDS = ["title", "jiraId", "description"] as const;
export type Field = (typeof FIELDS)[number];

/** Names of columns, or `#` and a position; empty: the field is not taken. */
export type AskedColumns = { readonly [F in Field]?: string };
/** Places of the columns, from 0; absent: the file has none, or it is not taken. */
export type Mapping = { readonly [F in Field]?: number };

/** As trackers name them, Jira first; compared in small letters. */
const KNOWN_NAMES: Readonly<Record<Field, readonly string[]>> = {
  title: ["title", "summary", "name", "task", "название", "заголовок", "тема", "задача"],
  jiraId: ["jiraid", "issue key", "key", "jira id", "jira", "ключ", "ключ задачи"],
  description: ["description", "details", "описание"],
};

export function mapColumns(columns: readonly string[], asked: AskedColumns): Mapping {
  const errors: InputError[] = [];
  const places = FIELDS.map((field): [Field, number | undefined] => {
    const name = asked[field];
    if (name === undefined) return [field, knownPlace(columns, field)];
    if (name.trim() === "") return [field, undefined];
    const place = placeOf(columns, name.trim());
    if (typeof place === "number") return [field, place];
    errors.push({ pointer: `/query/${field}`, detail: place });
    return [field, undefined];
  });
  if (errors.length > 0) throw badRequest(errors);
  return Object.fromEntries(places.filter(([, place]) => place !== undefined)) as Mapping;
}

/** Where there are several of a name nothing is guessed. */
function knownPlace(columns: readonly string[], field: Field): number | undefined {
  for (const name of KNOWN_NAMES[field]) {
    const [place, other] = placesOf(columns, name);
    if (place !== undefined) return other === undefined ? place : undefined;
  }
  return undefined;
}

/** The place, or what was expected. */
function placeOf(columns: readonly string[], name: string): number | string {
  const position = /^#(\d{1,5})$/.exec(name)?.[1];
  if (position !== undefined) {
    const place = Number(position) - 1;
    return columns[place] === undefined ? `expected a position up to #${columns.length}, got ${name}` : place;
  }
  const [place, ...others] = placesOf(columns, name.toLowerCase());
  if (place === undefined) return `expected one of the file's columns, got ${name}; it has ${shown(columns)}`;
  if (others.length === 0) return place;
  const positions = [place, ...others].map((at) => `#${at + 1}`).join(", ");
  return `expected the name of one column, but several are named ${name}: say which, as one of ${positions}`;
}

function placesOf(columns: readonly string[], name: string): number[] {
  return columns.flatMap((column, place) => (column.toLowerCase() === name ? [place] : []));
}

const SHOWN_CHARS = 500;

/** For people, cut where there are too many to read. */
export function shown(columns: readonly string[]): string {
  const text = columns.join(", ");
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
