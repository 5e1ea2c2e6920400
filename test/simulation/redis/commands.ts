/**
 * The commands of Redis that the product uses, by the words of its manual: each takes the data and its arguments, and
 * answers what RESP2 does. test/simulation/redis/contract.ts holds them against the real one.
 */
import {
  append,
  entriesAfter,
  entryOf,
  fullId,
  type Group,
  isAbove,
  newStream,
  type Stream,
  trimBelow,
  trimTo,
} from "./stream.ts";

export type Reply = string | number | null | readonly Reply[];

export interface Data {
  readonly streams: Map<string, Stream>;
  readonly hashes: Map<string, Map<string, string>>;
}

export interface Moment {
  readonly data: Data;
  readonly nowMs: number;
}

type Command = (args: readonly string[], moment: Moment) => Reply;

/** Nothing has come yet: the caller waits. */
export const NOTHING_YET = Symbol("nothing yet");

export class RedisError extends Error {}

export const COMMANDS: Readonly<Record<string, Command>> = {
  EXISTS: (keys, { data }) => keys.filter((key) => data.streams.has(key) || data.hashes.has(key)).length,
  DEL: (keys, { data }) => keys.filter((key) => data.streams.delete(key) || data.hashes.delete(key)).length,
  FLUSHDB: (_, { data }) => {
    data.streams.clear();
    data.hashes.clear();
    return "OK";
  },
  PING: () => "PONG",
  HGET: ([key = "", field = ""], { data }) => data.hashes.get(key)?.get(field) ?? null,
  XADD: xadd,
  XLEN: ([key = ""], { data }) => data.streams.get(key)?.entries.length ?? 0,
  XRANGE: ([key = ""], { data }) =>
    (data.streams.get(key)?.entries ?? []).map(({ id, fields }) => [id, fields]),
  XREVRANGE: xrevrange,
  XTRIM: ([key = "", ...limit], { data }) => {
    const stream = data.streams.get(key);
    return stream === undefined ? 0 : trim(stream, limit);
  },
  XACK: xack,
  XGROUP: xgroup,
  XPENDING: ([key = "", name = ""], { data }) => {
    const ids = [...groupOf(data, key, name).pending.values()].flatMap((consumer) => [...consumer]);
    return ids.length;
  },
  ATESPUBLISH: publish,
};

function xadd(args: readonly string[], { data, nowMs }: Moment): Reply {
  const [key = "", ...rest] = args;
  const star = rest.indexOf("*");
  const options = rest.slice(0, star);
  const known = data.streams.get(key);
  if (known === undefined && options.includes("NOMKSTREAM")) return null;
  const stream = known ?? newStream();
  data.streams.set(key, stream);
  const id = append(stream, nowMs, rest.slice(star + 1));
  const limit = options.filter((word) => word !== "NOMKSTREAM");
  if (limit.length > 0) trim(stream, limit);
  return id;
}

/** `~` allows to keep more: this one never does, which is lawful, and the harder to live with. */
function trim(stream: Stream, limit: readonly string[]): number {
  const [strategy, ...words] = limit;
  const bound = words.at(-1) ?? "";
  return strategy === "MINID" ? trimBelow(stream, bound) : trimTo(stream, Number(bound));
}

function xrevrange(args: readonly string[], { data }: Moment): Reply {
  const [key = "", , , , count = ""] = args;
  const entries = data.streams.get(key)?.entries ?? [];
  const newest = entries.slice(-Number(count || entries.length)).reverse();
  return newest.map(({ id, fields }) => [id, fields]);
}

function xack([key = "", name = "", ...ids]: readonly string[], { data }: Moment): Reply {
  const group = data.streams.get(key)?.groups.get(name);
  if (group === undefined) return 0;
  const consumers = [...group.pending.values()];
  return ids.filter((id) => consumers.some((pending) => pending.delete(id))).length;
}

function xgroup(
  [verb = "", key = "", name = "", position = "", ...more]: readonly string[],
  { data }: Moment,
) {
  const known = data.streams.get(key);
  if (verb === "DESTROY") return known?.groups.delete(name) === true ? 1 : 0;
  if (known === undefined && !more.includes("MKSTREAM"))
    throw new RedisError("ERR The XGROUP subcommand requires the key to exist.");
  const stream = known ?? newStream();
  data.streams.set(key, stream);
  if (stream.groups.has(name)) throw new RedisError("BUSYGROUP Consumer Group name already exists");
  const lastDelivered = position === "$" ? stream.lastId : fullId(position);
  stream.groups.set(name, { lastDelivered, pending: new Map() });
  return "OK";
}

/** XREADGROUP without its waiting: GROUP name consumer COUNT n [BLOCK ms] STREAMS key… id… */
export function readGroup(args: readonly string[], { data }: Moment): Reply | typeof NOTHING_YET {
  const [name = "", consumer = ""] = args.slice(1);
  const countMax = Number(args[args.indexOf("COUNT") + 1]);
  const keysAndIds = args.slice(args.indexOf("STREAMS") + 1);
  const keys = keysAndIds.slice(0, keysAndIds.length / 2);
  const ids = keysAndIds.slice(keys.length);
  const groups = keys.map((key) => groupOf(data, key, name));
  const replies = keys.flatMap((key, at): Reply[] => {
    const [stream, group, id] = [data.streams.get(key), groups[at], ids[at] ?? ">"];
    if (stream === undefined || group === undefined) return [];
    if (id !== ">") return [[key, history(stream, group, consumer, id, countMax)]];
    const news = deliver(stream, group, consumer, countMax);
    return news.length > 0 ? [[key, news]] : [];
  });
  if (replies.length > 0) return replies;
  return args.includes("BLOCK") ? NOTHING_YET : null;
}

function history(stream: Stream, group: Group, consumer: string, after: string, countMax: number): Reply[] {
  const ids = [...(group.pending.get(consumer) ?? [])].filter((id) => isAbove(id, after));
  return ids.slice(0, countMax).map((id) => [id, entryOf(stream, id)?.fields ?? null]);
}

function deliver(stream: Stream, group: Group, consumer: string, countMax: number): Reply[] {
  const news = entriesAfter(stream, group.lastDelivered, countMax);
  const pending = group.pending.get(consumer) ?? new Set<string>();
  group.pending.set(consumer, pending);
  for (const { id } of news) pending.add(id);
  group.lastDelivered = news.at(-1)?.id ?? group.lastDelivered;
  return news.map(({ id, fields }) => [id, fields]);
}

function groupOf(data: Data, key: string, name: string): Group {
  const group = data.streams.get(key)?.groups.get(name);
  if (group === undefined)
    throw new RedisError(
      `NOGROUP No such key '${key}' or consumer group '${name}' in XREADGROUP with GROUP option`,
    );
  return group;
}

/** streams/publish.lua, line by line. */
function publish(args: readonly string[], { data, nowMs }: Moment): Reply {
  const [streamName = "", marksName = "", source = "", base = "", mode = "", first = "", ...envelopes] = args;
  const stream = data.streams.get(streamName);
  if (stream === undefined) return ["NOSTREAM", 0];
  const marks = data.hashes.get(marksName) ?? new Map<string, string>();
  data.hashes.set(marksName, marks);
  let mark = Number(marks.get(source) ?? "0");
  if (mark < Number(base) || mode === "rewind") mark = Number(base);
  let number = Number(first);
  let code = "OK";
  for (const envelope of envelopes) {
    if (number === mark + 1) {
      append(stream, nowMs, ["e", envelope]);
      mark = number;
    } else if (number > mark + 1) {
      code = "GAP";
      break;
    }
    number += 1;
  }
  marks.set(source, String(mark));
  return [code, mark];
}
