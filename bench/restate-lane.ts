/** Restate as a lane's server: where its requests go. */
import { join } from "node:path";
import { freePort } from "../ops/embedded/free-port.ts";
import { newUuid } from "../schemas/ids.ts";
import type { BenchServers } from "./bench-servers.ts";
import { httpRequest } from "./http-connection.ts";
import { LaneProcess } from "./lane-process.ts";

/** What its lane's program is told. The type is here, for only a bench installs what that program imports. */
export interface RestateTask {
  readonly folder: string;
  readonly ingressPort: number;
  readonly adminPort: number;
  readonly nodePort: number;
  readonly endpointPort: number;
}

export const RESTATE_SETUP =
  "its npm server on the same disk, log synced, with one partition; virtual objects per task and account, endpoint in Node " +
  "over HTTP/2, idempotency keys; until the task is done and the reward is sent on; tried: 24 partitions (its default: 300/s " +
  "beside 462 with one), 4, 2; batches of 32 (its default) and 256 commands; its local log; without its own metrics";

/** Answers the port of its ingress. */
export async function startRestate({ folder }: BenchServers): Promise<number> {
  const [ingressPort, adminPort, nodePort, endpointPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const task = {
    folder: join(folder, `restate-${newUuid()}`),
    ingressPort,
    adminPort,
    nodePort,
    endpointPort,
  };
  await new LaneProcess<RestateTask>("peers/restate.ts").round(task, async () => {});
  return ingressPort;
}

/** Completions of tasks nobody completed before, by people in turn. */
export function restateCompletions(count: number, people: readonly string[]): string[] {
  return Array.from({ length: count }, (_, index) =>
    httpRequest(
      "POST",
      `/Task/${newUuid()}/complete`,
      { "idempotency-key": newUuid() },
      { assigneeId: people[index % people.length], rewardMinor: 30 },
    ),
  );
}
