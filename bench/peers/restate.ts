/**
 * Restate: its server from npm, with one partition (its log is synced to disk), and this process as its endpoint. A task and
 * an account are virtual objects; completing a task sends the reward on to the account. The account keeps its balance
 * alone and no book, which favours Restate: an object's whole state travels with every call.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as restate from "@restatedev/restate-sdk";
import { runProgram, until } from "../program.ts";
import type { RestateTask } from "../restate-lane.ts";

interface Completion {
  readonly assigneeId: string;
  readonly rewardMinor: number;
}

const account = restate.object({
  name: "Account",
  handlers: {
    post: async (context: restate.ObjectContext, amountMinor: number) => {
      context.set("balanceMinor", ((await context.get<number>("balanceMinor")) ?? 0) + amountMinor);
    },
  },
});

const task = restate.object({
  name: "Task",
  handlers: {
    complete: async (context: restate.ObjectContext, { assigneeId, rewardMinor }: Completion) => {
      if ((await context.get<string>("status")) !== "done") {
        context.set("status", "done");
        context.objectSendClient<typeof account>({ name: "Account" }, assigneeId).post(rewardMinor);
      }
      return { id: context.key, status: "done", assigneeId };
    },
  },
});

let server: ChildProcess | undefined;
process.on("exit", () => server?.kill());

/** Started by the first `prepare`, and used by all rounds. */
runProgram<RestateTask>({
  async prepare(given) {
    if (server !== undefined) return;
    await restate.serve({ services: [task, account], port: given.endpointPort });
    server = startServer(given);
    const { ingressPort, adminPort, endpointPort } = given;
    await until(() => answers(`http://127.0.0.1:${adminPort}/health`), 50);
    await until(() => answers(`http://127.0.0.1:${ingressPort}/restate/health`), 50);
    const response = await fetch(`http://127.0.0.1:${adminPort}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: `http://127.0.0.1:${endpointPort}` }),
    });
    if (!response.ok) throw new Error(`Restate refused the deployment: ${await response.text()}`);
  },
  measure: async () => ({}),
  clear: async () => {},
});

function startServer({ folder, ingressPort, adminPort, nodePort }: RestateTask): ChildProcess {
  const resolver = createRequire(
    createRequire(import.meta.url).resolve("@restatedev/restate-server/package.json"),
  );
  const platform = `${process.platform}-${process.arch}`;
  const binary = resolver.resolve(`@restatedev/restate-server-${platform}/bin/restate-server`);
  return spawn(binary, ["--no-logo"], {
    env: {
      ...process.env,
      RESTATE_BASE_DIR: folder,
      RESTATE_BIND_IP: "127.0.0.1",
      RESTATE_BIND_PORT: `${nodePort}`,
      RESTATE_INGRESS__BIND_PORT: `${ingressPort}`,
      RESTATE_ADMIN__BIND_PORT: `${adminPort}`,
      RESTATE_LISTEN_MODE: "tcp",
      // The best on two cores: its 24 share no log, and make a third fewer commands.
      RESTATE_DEFAULT_NUM_PARTITIONS: "1",
      RESTATE_DISABLE_TELEMETRY: "true",
      RESTATE_LOG_FILTER: "error",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}
