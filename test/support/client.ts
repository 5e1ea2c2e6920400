/** Commands without an edge: a test's way to speak to actors through the streams, as the edge does. */
import { hash, randomBytes } from "node:crypto";
import { dataschema, type Role } from "../../schemas/envelope.ts";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { streamKey, type Topic } from "../../streams/topology.ts";
import { until, type World } from "./world.ts";

export interface Answer {
  readonly id: string;
  readonly accepted: boolean;
  readonly code: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads bodies of every shape
  readonly body: any;
}

export interface Sender {
  readonly id: UserId;
  readonly role: Role;
}

export const ADMIN: Sender = { id: newUuid() as UserId, role: "admin" };

export function commandEnvelope(
  type: string,
  subject: string,
  data: object,
  sender: Sender,
  id: string = newUuid(),
): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: "/ates/edge",
    type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    dataschema: dataschema(type, 1),
    partitionkey: subject,
    causationid: id,
    correlationid: id,
    traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`,
    senderid: sender.id,
    senderrole: sender.role,
    fingerprint: hash("sha256", JSON.stringify(data), "hex"),
    data,
  });
}

/** Appends the command and waits for its stored outcome. */
export async function ask(
  world: World,
  topic: Topic,
  type: string,
  subject: string,
  data: object,
  sender: Sender = ADMIN,
  id: string = newUuid(),
): Promise<Answer> {
  const envelope = commandEnvelope(type, subject, data, sender, id);
  await until(
    async () =>
      (await world.redis.xadd(streamKey({ topic, partition: 0 }), "NOMKSTREAM", "*", "e", envelope)) !== null,
    `${topic} has a reader`,
  );
  return until(async () => {
    const { rows } = await world.pool.query<Answer>(
      "select id, accepted, code, body from commands where id = $1 and state = 'done'",
      [id],
    );
    return rows[0];
  }, `${type} is decided`);
}

export async function register(world: World, name: string, role: Role = "employee"): Promise<Sender> {
  const email = `${name.toLowerCase()}@test.local`;
  const { accepted, body } = await ask(world, "directory", "user.register", `email/${email}`, {
    email,
    name,
    role,
  });
  if (!accepted) throw new Error(`could not register ${email}`);
  await until(
    async () => (await world.pool.query("select from board_people where id = $1", [body.id])).rowCount === 1,
    `${name} is known to the board`,
  );
  return { id: body.id, role };
}
