import { expect } from "chai";
import type { Context, Decision } from "../../../actors/runtime/actor.ts";
import type { GatewayAnswer } from "../../../actors/runtime/gateway.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import { newUuid } from "../../../schemas/ids.ts";
import type { Kind } from "../../../streams/topology.ts";
import { correct, grant } from "../../ops/traffic.ts";
import { ADMIN, ask, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { type AnyActor, Stage } from "./stage.ts";

const KINDS_UNDER_TEST = ["task-board", "account"] as const satisfies readonly Kind[];

describe("decisions of a small run", function () {
  this.timeout(120_000);
  let stage: Stage;
  const seen = new Map<Kind, Map<string, number>>(KINDS_UNDER_TEST.map((kind) => [kind, new Map()]));
  const differences: string[] = [];

  /** Decides everything twice over the same state, with the state and the message frozen, and a clock that has moved on. */
  function twice(kind: Kind): AnyActor {
    const { actor } = ACTORS[kind];
    return {
      ...actor,
      decide(state, message, context) {
        const types = seen.get(kind);
        types?.set(message.type, (types.get(message.type) ?? 0) + 1);
        const first = actor.decide(state, freeze(message), context);
        const again = actor.decide(state, freeze(JSON.parse(JSON.stringify(message)) as Envelope), context);
        compare(`${kind} ${message.type}`, first, again);
        compare(
          `${kind} ${message.type} later`,
          drawn(first),
          drawn(actor.decide(state, message, later(context))),
        );
        return first;
      },
    };
  }

  function compare(what: string, a: unknown, b: unknown): void {
    if (JSON.stringify(a) !== JSON.stringify(b))
      differences.push(`${what}: ${JSON.stringify(a)} / ${JSON.stringify(b)}`);
  }

  before(async () => {
    // Four rewards of 40 against at most twelve fees of 10: whatever is drawn, somebody is paid.
    stage = await Stage.open({ ATES_FEE_MINOR: "10..10", ATES_REWARD_MINOR: "40..40" });
    const refuses = async ({ data }: Envelope): Promise<GatewayAnswer> =>
      ({
        type: "payment.answered",
        data: { payoutId: (data as { payoutId: string }).payoutId, outcome: "refused", detail: "closed" },
      }) as unknown as GatewayAnswer;
    await stage.start({
      actors: { "task-board": twice("task-board"), account: twice("account") },
      gateways: { payment: { call: refuses } },
    });
    await run();
  });
  after(() => stage.end());

  const board = (type: string, data: object, sender: Sender = ADMIN) =>
    ask(stage.world, "task-board", type, "task", data, sender);

  async function run(): Promise<void> {
    const people = [await register(stage.world, "Ann"), await register(stage.world, "Bob")];
    const by = (id: string) => people.find((person) => person.id === id) as Sender;
    const tasks: string[] = [];
    for (let n = 0; n < 6; n++)
      tasks.push((await board("task.create", { title: `Task ${n}` }, people[0])).body.id);
    await board("tasks.shuffle", {});
    await until(
      async () => (await stage.count("select from jobs where state = 'done'")) === 1,
      "the shuffle ends",
    );
    const jobId = newUuid();
    const row = { taskId: newUuid(), title: "From a file" };
    await stage.rows(
      "insert into imports (job_id, creator_id, fingerprint, columns) values ($1, $1, '', '[]')",
      [jobId],
    );
    await stage.rows("insert into import_pieces (job_id, number, rows) values ($1, 1, $2)", [
      jobId,
      JSON.stringify([row]),
    ]);
    await board("tasks.import", { jobId, pieces: 1, rows: 1, rejected: 0 });
    await until(
      async () => (await stage.count("select from tasks where title = 'From a file'")) === 1,
      "the import ends",
    );
    const rows = await stage.rows<{ id: string; assignee_id: string }>(
      "select id, assignee_id from tasks order by number",
    );
    for (const [n, { id, assignee_id }] of rows.entries()) {
      if (n === 0) await board("task.start", { taskId: id }, by(assignee_id));
      if (n === 1) await board("task.cancel", { taskId: id });
      else if (n === 2) await board("task.edit", { taskId: id, title: "Edited" }, people[0]);
      else await board("task.complete", { taskId: id }, by(assignee_id));
    }
    const userId = people[1]?.id;
    const change = (data: object) =>
      ask(stage.world, "directory", "user.change", `user/${userId}`, { userId, ...data });
    await change({ role: "accountant" });
    await change({ name: "Robert" });
    await change({ active: false });
    await change({ active: true });
    await byHand(people[0] as Sender);
    await stage.settled();
    await board("day.close", { businessDate: stage.world.company.firstDate });
    await until(
      async () => (await stage.count("select from days where state = 'closed'")) === 1,
      "the day is closed",
      15_000,
    );
    const [day] = await stage.rows<{ payouts: number }>("select payouts from days");
    await until(
      async () => (await stage.count("select from payouts where state = 'returned'")) === day?.payouts,
      "what the provider refuses is booked back",
    );
  }

  /** What accountants and admins do to accounts. */
  async function byHand(person: Sender): Promise<void> {
    await correct(stage.world, person);
    await grant(stage.world);
    const release = { accountId: person.id, reason: "It was mended" };
    await ask(stage.world, "bookkeeper", "hold.release", `account/${person.id}`, release);
  }

  it("G7: the same message over the same state decides the same, to the letter", () => {
    expect(differences).to.deep.equal([]);
  });

  for (const kind of KINDS_UNDER_TEST) {
    it(`G7: every kind of message of ${kind} was among them`, () => {
      const missing = [...ACTORS[kind].actor.handles].filter((type) => !seen.get(kind)?.has(type));
      expect(missing).to.deep.equal([]);
    });
  }
});

/** A minute later, as on a redelivery. */
function later(context: Context): Context {
  const nowMs = context.nowMs + 60_000;
  return { ...context, nowMs, now: new Date(nowMs).toISOString() };
}

/** What must not depend on the clock: types, ids, prices, people; not the time of the fact itself. */
function drawn(decision: Decision): unknown {
  if (!decision.accepted) return decision;
  return decision.facts.map(({ type, subject, key, data }) => {
    const { occurredAt: _at, ...rest } = data as { occurredAt?: string };
    return { type, subject, key, data: withoutTimes(rest) };
  });
}

function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each) => (/At$|Hash$|^hash$/.test(key) ? undefined : each)));
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
