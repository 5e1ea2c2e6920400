/** Which types each topic carries: facts by the table of actors, commands by who decides them. For the AsyncAPI document. */
import { ALSO_IN, TOPIC_OF } from "../actors/runtime/fact.ts";
import type { TypesByTopic } from "../http/asyncapi.ts";
import { kindOf } from "../schemas/registry.ts";
import { ALL_KINDS, ALL_TOPICS, type Topic } from "../streams/topology.ts";
import { ACTORS } from "./roles/worker.ts";

export function typesByTopic(): TypesByTopic {
  const facts = [...Object.entries(TOPIC_OF), ...Object.entries(ALSO_IN)];
  const commands = ALL_KINDS.flatMap((kind) =>
    [...(ACTORS[kind].actor.handles as ReadonlySet<string>)]
      .filter((type) => kindOf(type) === "commands")
      .map((type): [string, Topic] => [type, kind as Topic]),
  );
  const all = [...facts, ...commands];
  const typesOf = (topic: Topic) => all.filter(([, at]) => at === topic).map(([type]) => type);
  return Object.fromEntries(ALL_TOPICS.map((topic) => [topic, typesOf(topic)])) as unknown as TypesByTopic;
}
