import { expect } from "chai";
import { ALSO_IN, fact } from "../../actors/runtime/fact.ts";
import { sourceOf } from "../../actors/runtime/outgoing.ts";
import { ACTORS } from "../../ops/roles/worker.ts";
import type { FactType } from "../../schemas/generated/messages.ts";
import { kindOf, SCHEMA_FILES } from "../../schemas/registry.ts";
import { claimedNumber } from "../../streams/inbox.ts";
import {
  ALL_KINDS,
  ALL_TOPICS,
  groupsOf,
  KINDS,
  type Kind,
  marksKey,
  partitionsOf,
  readerPartition,
  streamKey,
  subscriptions,
  TOPICS,
  type Topic,
} from "../../streams/topology.ts";

const PARTITIONS = 16;
const typesOf = (kind: string) => [
  ...new Set(SCHEMA_FILES.filter((file) => file.kind === kind).map(({ type }) => type)),
];
const topicOf = (type: string): Topic => fact(type as FactType, "", "", {} as never).topic;
const hashTag = (key: string) => /\{(.+?)\}/.exec(key)?.[1];

describe("the table of topics and groups", () => {
  it("reads only topics that there are", () => {
    for (const kind of ALL_KINDS) expect(ALL_TOPICS).to.include.members([...KINDS[kind].reads]);
  });

  it("has an actor and a store for every kind, and a kind for every actor", () => {
    expect(Object.keys(ACTORS).sort()).to.deep.equal([...ALL_KINDS].sort());
    for (const kind of ALL_KINDS) expect(ACTORS[kind].actor.kind).to.equal(kind);
  });

  it("EVT-1: every fact of the schemas has a topic of the table", () => {
    for (const type of typesOf("facts")) expect(ALL_TOPICS, type).to.include(topicOf(type));
  });

  it("EVT-4: every durable topic has a group, and what nobody reads is not numbered", () => {
    for (const topic of ALL_TOPICS) {
      expect(groupsOf(topic).length > 0, topic).to.equal(TOPICS[topic].durable);
    }
  });

  for (const kind of ALL_KINDS) {
    it(`${kind} acts on nothing that cannot arrive: facts of its topics, commands to it, its own messages`, () => {
      const reads = KINDS[kind].reads as readonly Topic[];
      const { handles } = ACTORS[kind].actor;
      for (const type of handles) {
        const arrives =
          kindOf(type) === "internal" ||
          (kindOf(type) === "commands" && reads.includes(kind as Topic)) ||
          (kindOf(type) === "facts" && (reads.includes(topicOf(type)) || isAlsoIn(type, reads)));
        expect(arrives, `${kind} handles ${type}`).to.equal(true);
      }
    });
  }

  /** Some facts go by name into a second topic; the barrier into `tasks` as well (DAY-3). */
  const isAlsoIn = (type: string, reads: readonly Topic[]) =>
    reads.some((topic) => topic === ALSO_IN[type]) || (type === "day.ended" && reads.includes("tasks"));

  it("every command and every message to oneself is decided by exactly one kind", () => {
    for (const type of [...typesOf("commands"), ...typesOf("internal")]) {
      const deciders = ALL_KINDS.filter((kind) =>
        (ACTORS[kind].actor.handles as ReadonlySet<string>).has(type),
      );
      const calls = [
        "payment.submit",
        "payment.enquire",
        "mail.deliver",
        "statement.list",
        "webhook.deliver",
        "webhook.sweep",
      ];
      const isGatewayRequest = calls.includes(type) || type === "mailbox.retry"; // the runtime's
      expect(deciders.length, type).to.equal(isGatewayRequest ? 0 : 1);
    }
  });

  it("OPS-2: what a partition of a kind reads, its own slot of Redis Cluster holds, marks included", () => {
    for (const kind of ALL_KINDS.filter((each) => KINDS[each].spread === "many")) {
      const tags = subscriptions(kind, 5, PARTITIONS).flatMap((at) =>
        [streamKey(at), marksKey(at)].map(hashTag),
      );
      expect(new Set(tags).size, kind).to.be.at.most(1);
    }
    for (const topic of ALL_TOPICS) {
      const at = { topic, partition: 3 };
      expect(hashTag(marksKey(at))).to.equal(hashTag(streamKey(at)));
    }
  });

  it("G5: every stream is read by exactly one partition of each of its groups", () => {
    for (const topic of ALL_TOPICS) {
      for (let partition = 0; partition < partitionsOf(TOPICS[topic].spread, PARTITIONS); partition++) {
        const at = { topic, partition };
        for (const kind of groupsOf(topic)) {
          expect(readersOf(kind, topic, partition), `${kind} of ${topic}/${partition}`).to.deep.equal([
            readerPartition(kind, at),
          ]);
        }
      }
    }
  });

  function readersOf(kind: Kind, topic: Topic, partition: number): number[] {
    const count = partitionsOf(KINDS[kind].spread, PARTITIONS);
    return Array.from({ length: count }, (_, own) => own).filter((own) =>
      subscriptions(kind, own, PARTITIONS).some((at) => at.topic === topic && at.partition === partition),
    );
  }

  it("G5: what an actor's partition calls itself is what a channel's source looks like", () => {
    for (const kind of ALL_KINDS) expect(claimedNumber(sourceOf(kind, 1023), "1")).to.equal(1);
  });
});
