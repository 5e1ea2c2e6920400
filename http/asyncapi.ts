/**
 * `/api/asyncapi.json`: AsyncAPI 3 made from the topology and the schemas, so from the very files that check messages.
 * A topic is a channel; a version of a type is a message; a kind that reads a topic is a consumer group of it.
 */
import { COMMON_SCHEMA, ENVELOPE_SCHEMA, SCHEMA_FILES, type SchemaFile } from "../schemas/registry.ts";
import { ALL_TOPICS, groupsOf, TOPICS, type Topic } from "../streams/topology.ts";
import { publicSchema } from "./public-schema.ts";
import type { JsonSchema, Route } from "./route.ts";

/** The types that each topic carries. */
export type TypesByTopic = Readonly<Record<Topic, readonly string[]>>;

const CONTENT_TYPE = "application/cloudevents+json";

/** `types` is asked for when the first reader comes: telling it means to know every actor. */
export function asyncapiRoute(types: () => Promise<TypesByTopic>, version: string): Route {
  let document: Promise<JsonSchema> | undefined;
  return {
    method: "GET",
    path: "/api/asyncapi.json",
    root: true,
    tag: "meta",
    summary: "The streams, described: every command and fact with its schema",
    access: "anyone",
    responses: { 200: { description: "AsyncAPI 3.", schema: { type: "object" } } },
    async handle() {
      document ??= types().then((known) => asyncapiOf(known, version));
      return { status: 200, body: await document, headers: { "Cache-Control": "no-cache" } };
    },
  };
}

export function asyncapiOf(types: TypesByTopic, version: string): JsonSchema {
  const files = SCHEMA_FILES.filter(({ kind }) => kind !== "internal");
  const messagesOf = (topic: Topic) => files.filter(({ type }) => types[topic].includes(type));
  return {
    asyncapi: "3.1.0",
    info: {
      title: "aTES streams",
      version,
      description:
        "Commands and facts on Redis Streams. Every entry has one field, `e`: a CloudEvent 1.0 in JSON, whose `dataschema` names its type and version (EVT-1).",
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    defaultContentType: CONTENT_TYPE,
    servers: {
      redis: { host: "127.0.0.1:6379", protocol: "redis", description: "Redis 7.0 or newer, or a cluster." },
    },
    channels: Object.fromEntries(ALL_TOPICS.map((topic) => [topic, channelOf(topic, messagesOf(topic))])),
    operations: Object.fromEntries(ALL_TOPICS.map((topic) => [topic, operationOf(topic, messagesOf(topic))])),
    components: {
      messages: Object.fromEntries(files.map((file) => [nameOf(file), messageOf(file)])),
      schemas: {
        ...(publicSchema(COMMON_SCHEMA.$defs) as Record<string, JsonSchema>),
        envelope: withoutId(ENVELOPE_SCHEMA),
        ...Object.fromEntries(files.map((file) => [nameOf(file), withoutId(file.schema)])),
      },
    },
  };
}

function channelOf(topic: Topic, files: readonly SchemaFile[]): JsonSchema {
  const { spread, durable } = TOPICS[topic];
  const groups = groupsOf(topic);
  const kept = durable
    ? "Sent again until every group has it."
    : "For the feed: neither numbered nor sent again.";
  const readers = groups.length === 0 ? "" : ` Groups: ${groups.join(", ")}.`;
  return {
    address: `ates:{partition}:${topic}`,
    title: topic,
    description: `${kept}${readers} The key is written with its braces, \`ates:{0}:${topic}\`: they are Redis' hash tag.`,
    parameters: {
      partition: {
        description: spread === "one" ? "Always 0." : "By the hash of `partitionkey`, from 0.",
        ...(spread === "one" ? { enum: ["0"] } : {}),
      },
    },
    messages: Object.fromEntries(
      files.map((file) => [nameOf(file), { $ref: `#/components/messages/${nameOf(file)}` }]),
    ),
    "x-groups": groups,
  };
}

/** Facts are sent by aTES to whoever reads, commands are received by it. */
function operationOf(topic: Topic, files: readonly SchemaFile[]): JsonSchema {
  const isCommands = files.some(({ kind }) => kind === "commands");
  return {
    action: isCommands ? "receive" : "send",
    title: isCommands ? `Commands to ${topic}` : `Facts of ${topic}`,
    summary: isCommands
      ? "The edge appends what a person asks for; the actor decides."
      : "What has happened, in the order of its partition.",
    channel: { $ref: `#/channels/${topic}` },
    messages: files.map((file) => ({ $ref: `#/channels/${topic}/messages/${nameOf(file)}` })),
  };
}

function messageOf(file: SchemaFile): JsonSchema {
  const { type, version, schema } = file;
  return {
    name: type,
    title: `${type}, version ${version}`,
    ...(typeof schema.description === "string" ? { summary: schema.description } : {}),
    contentType: CONTENT_TYPE,
    payload: {
      allOf: [
        { $ref: "#/components/schemas/envelope" },
        {
          type: "object",
          properties: {
            type: { const: type },
            dataschema: { const: `urn:ates:${type}:${version}` },
            data: { $ref: `#/components/schemas/${nameOf(file)}` },
          },
        },
      ],
    },
  };
}

function nameOf({ type, version }: Pick<SchemaFile, "type" | "version">): string {
  return `${type}.v${version}`;
}

function withoutId(schema: JsonSchema): unknown {
  const { $id: _, ...rest } = publicSchema(schema) as Record<string, unknown>;
  return rest;
}
