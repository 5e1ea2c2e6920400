/** A stage on which chosen messages of chosen kinds fail, and facts of one account as a board would state them. */
import { SandboxGateway } from "../../../actors/payment/sandbox-gateway.ts";
import type { Gateways } from "../../../actors/runtime/agenda.ts";
import type { RuntimeStore, Writes } from "../../../actors/runtime/store.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import { dataschema, type Envelope } from "../../../schemas/envelope.ts";
import type { MailDeliverV2 } from "../../../schemas/generated/messages.ts";
import { newUuid, type UserId, type Uuid } from "../../../schemas/ids.ts";
import { streamKey } from "../../../streams/topology.ts";
import { until } from "../../support/world.ts";
import { type AnyActor, type Changes, Stage, storeWith } from "./stage.ts";

type PoisonedKind = "account" | "analytics" | "mailer" | "task-board";

/** The sandbox, and a mail server that takes everything. */
export const OUTSIDE: Gateways = {
  payment: new SandboxGateway(),
  mail: {
    call: async ({ data }) => {
      const { mailId, ...mail } = data as MailDeliverV2;
      return { type: "mail.answered", data: { mailId, outcome: "sent", mail } };
    },
  },
};

export interface StoredLetter {
  readonly id: Uuid;
  readonly kind: string;
  readonly actor: string;
  readonly type: string;
  readonly code: string;
  readonly state: string;
  readonly attempts: number;
  readonly asked: string | null;
  readonly envelope: string;
}

export class ParkingStage {
  readonly stage: Stage;
  /** Whether the message fails now. */
  poisoned = (_message: Envelope, _kind: PoisonedKind): boolean => false;
  /** What the kind that is watched has committed. */
  readonly commits: Writes[] = [];
  /** Sizes of the answers to every reading of a mailbox. */
  readonly readings: number[] = [];
  onReading: () => Promise<void> = async () => {};
  #forged = 0;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  static async open(env: Record<string, string> = {}): Promise<ParkingStage> {
    const patient = { ATES_PARTITIONS: "1", ATES_RETRY_BASE_MS: "600000", ATES_RETRY_MAX_MS: "600000" };
    return new ParkingStage(await Stage.open({ ...patient, ...env }));
  }

  start(changes: Changes = {}) {
    const actors = Object.fromEntries(
      (["account", "analytics", "mailer", "task-board"] as const).map((kind) => [kind, this.#actor(kind)]),
    );
    const store = storeWith((real) => this.#watched(real));
    return this.stage.start({ actors, store, gateways: OUTSIDE, ...changes });
  }

  #actor(kind: PoisonedKind): AnyActor {
    const { actor } = ACTORS[kind];
    return {
      ...actor,
      decide: (state, message, context) => {
        const isNews = kind === "mailer" && message.type === "task.assigned"; // poison is of money here
        if (!isNews && this.poisoned(message, kind)) throw new Error("poison");
        return actor.decide(state, message, context);
      },
    };
  }

  #watched(real: RuntimeStore): Partial<RuntimeStore> {
    return {
      commit: async (lease, writes) => {
        await real.commit(lease, writes);
        if (lease.kind === "account") this.commits.push(writes);
      },
      letters: async (lease, actor, limit) => {
        const letters = await real.letters(lease, actor, limit);
        this.readings.push(letters.length);
        await this.onReading();
        return letters;
      },
    };
  }

  letters(where = "true", params: unknown[] = []): Promise<StoredLetter[]> {
    return this.stage.rows<StoredLetter>(
      `select * from dead_letters where ${where} order by place, id`,
      params,
    );
  }

  /** What cannot be read waits in the mailer's mailboxes, too: here it is of money. */
  waiting(): Promise<StoredLetter[]> {
    return this.letters("state <> 'dead' and kind <> 'mailer'");
  }

  async ask(ids: readonly Uuid[], what: "replay" | "drop"): Promise<void> {
    await this.stage.world.pool.query(
      "update dead_letters set asked = $2, asked_at = now() where id = any($1) and asked is null",
      [ids, what],
    );
  }

  /** Until nothing is asked any more. */
  answered(): Promise<unknown> {
    return until(
      async () => (await this.stage.count("select from dead_letters where asked is not null")) === 0,
      "operators are answered",
    );
  }

  /** The entries of an account in their order: kind, amount, title. */
  entriesOf(id: UserId) {
    return this.stage.rows<{ kind: string; amount: number; title: string | null }>(
      "select kind, amount, title from entries where account_id = $1 order by number",
      [id],
    );
  }

  /** What the board has stated, in order, as entries of an account: what its ledger is without any poison. */
  async stated(id: UserId, partition = 0) {
    const stream = await this.stage.world.redis.xrange(streamKey({ topic: "tasks", partition }), "-", "+");
    return stream.flatMap(([, [, payload]]) => {
      const { type, data } = JSON.parse(payload ?? "{}");
      if (data.assigneeId !== id) return [];
      if (type === "task.assigned") return [{ kind: "fee", amount: -data.feeMinor, title: data.title }];
      return type === "task.completed"
        ? [{ kind: "reward", amount: data.rewardMinor, title: data.title }]
        : [];
    });
  }

  /** So many fees of one account in one go, by a source of its own. */
  async charge(id: UserId, titles: readonly string[]): Promise<void> {
    const pipeline = this.stage.world.redis.pipeline();
    for (const title of titles) {
      pipeline.xadd(streamKey({ topic: "tasks", partition: 0 }), "*", "e", this.#fee(id, title));
    }
    await pipeline.exec();
  }

  #fee(id: UserId, title: string): string {
    this.#forged += 1;
    const [messageId, taskId] = [newUuid(), newUuid()];
    const now = new Date().toISOString();
    return JSON.stringify({
      specversion: "1.0",
      id: messageId,
      source: "/ates/loader/0",
      type: "task.assigned",
      subject: `task/${taskId}`,
      time: now,
      datacontenttype: "application/json",
      dataschema: dataschema("task.assigned", 2),
      partitionkey: id,
      sequence: String(this.#forged),
      causationid: messageId,
      correlationid: messageId,
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      data: {
        taskId,
        number: 1,
        title,
        assigneeId: id,
        feeMinor: 10,
        rewardMinor: 20,
        by: id,
        assignment: 1,
        businessDate: this.stage.world.company.firstDate,
        occurredAt: now,
      },
    });
  }
}
