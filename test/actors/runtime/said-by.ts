/** Envelopes of a test that go into streams by hand. */

import { streamKey, type Topic } from "../../../streams/topology.ts";
import { commandEnvelope, type Sender } from "../../support/client.ts";
import type { World } from "../../support/world.ts";

/** Appends as it is: a command, a fact, or something that is neither. */
export async function append(
  world: World,
  topic: Topic,
  payload: string | Buffer,
  partition = 0,
): Promise<string> {
  return (await world.redis.xadd(streamKey({ topic, partition }), "*", "e", payload)) ?? "";
}

/** The same command with other attributes in its envelope. */
export function changed(envelope: string, attributes: object): string {
  return JSON.stringify({ ...JSON.parse(envelope), ...attributes });
}

export function creation(title: string, sender: Sender, id?: string): string {
  return commandEnvelope("task.create", "new", { title }, sender, id);
}
