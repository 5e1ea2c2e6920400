import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ALSO_IN, fact } from "../actors/runtime/fact.ts";
import { refusalOfRejection } from "../http/problem.ts";
import { ACTORS } from "../ops/roles/worker.ts";
import { typesByTopic } from "../ops/types-by-topic.ts";
import { GENERATED_FILE, generateTypes } from "../schemas/generate.ts";
import type { FactType } from "../schemas/generated/messages.ts";
import { kindOf, latestVersion, SCHEMA_FILES } from "../schemas/registry.ts";
import { REJECTIONS, type RejectionCode } from "../schemas/rejections.ts";
import { WEBHOOK_TYPES } from "../schemas/webhook-types.ts";
import { ALL_KINDS, groupsOf, KINDS, type Kind, TOPICS, type Topic } from "../streams/topology.ts";
import { sourceFiles } from "./support/source-files.ts";

const typesOf = (kind: string): string[] => [
  ...new Set(SCHEMA_FILES.filter((file) => file.kind === kind).map(({ type }) => type)),
];
const topicOf = (type: string): Topic => fact(type as FactType, "subject", "key", {} as never).topic;
const reads = (kind: Kind): readonly Topic[] => KINDS[kind].reads;
const handlersOf = (type: string): Kind[] =>
  ALL_KINDS.filter((kind) => (ACTORS[kind].actor.handles as ReadonlySet<string>).has(type));

/** What a gateway is called with: no actor hears it, its answer comes back as another message. */
const GATEWAY_CALLS = [
  "mail.deliver",
  "payment.enquire",
  "payment.submit",
  "statement.list",
  "webhook.deliver",
  "webhook.sweep",
];

const PRIVATE = /iban|holder|payee|link|secret|password|token/i;

/** Names of everything that the schema lets be said, at any depth. */
function propertiesOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([word, inner]) => [
    ...(word === "properties" ? Object.keys(inner as object) : []),
    ...propertiesOf(inner),
  ]);
}

describe("lists that must agree", () => {
  it("the worker runs every kind of the topology, each under its own name", () => {
    expect(Object.keys(ACTORS).sort()).to.deep.equal([...ALL_KINDS].sort());
    for (const kind of ALL_KINDS) expect(ACTORS[kind].actor.kind).to.equal(kind);
  });

  it("EVT-1: every type that an actor handles has a schema", () => {
    for (const kind of ALL_KINDS) {
      const unknown = [...ACTORS[kind].actor.handles].filter((type) => kindOf(type) === undefined);
      expect(unknown, kind).to.deep.equal([]);
    }
  });

  it("EVT-4: every command is decided by one kind, which reads a topic of its own name", () => {
    for (const type of typesOf("commands")) {
      const kinds = handlersOf(type);
      expect(kinds, type).to.have.length(1);
      expect(Object.keys(TOPICS), type).to.include(kinds[0]);
      expect(reads(kinds[0] as Kind), type).to.include(kinds[0]);
    }
  });

  it("every message to oneself is heard by one kind, or by the runtime, or is the call of a gateway", () => {
    const unheard = typesOf("internal").filter((type) => handlersOf(type).length !== 1);
    expect(unheard.sort()).to.deep.equal([...GATEWAY_CALLS, "mailbox.retry"].sort());
  });

  it("G5: every fact that an actor handles is in a topic that it reads", () => {
    for (const kind of ALL_KINDS) {
      const facts = [...ACTORS[kind].actor.handles].filter((type) => kindOf(type) === "facts");
      const deaf = facts.filter(
        (type) =>
          ![topicOf(type), ALSO_IN[type]].some((topic) => topic !== undefined && reads(kind).includes(topic)),
      );
      expect(deaf, kind).to.deep.equal([]);
    }
  });

  describe("facts that webhooks may subscribe to", () => {
    const known = typesByTopic();
    const page = readFileSync(new URL("../docs/notifications-and-webhooks.md", import.meta.url), "utf8");

    it("NOT-1: each is a fact of the registry, described, told to the actor once, and documented", () => {
      for (const type of WEBHOOK_TYPES) {
        const file = SCHEMA_FILES.find((each) => each.type === type && each.version === latestVersion(type));
        expect(file?.kind, type).to.equal("facts");
        expect(file?.schema.description, type).to.be.a("string").and.not.equal("");
        const heard = reads("webhook").filter((topic) => known[topic].includes(type));
        expect(heard, type).to.have.length(1);
        expect(page, type).to.include(`\`${type}\``);
      }
      const documented = [...page.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, type]) => type);
      expect(documented).to.have.members([...WEBHOOK_TYPES]);
    });

    it("NOT-1 PAY-2: none tells a bank account, a link or a secret", () => {
      const open = new Set<string>(WEBHOOK_TYPES);
      expect(typesOf("facts").filter((type) => PRIVATE.test(type) && open.has(type))).to.deep.equal([]);
      for (const { type, schema } of SCHEMA_FILES.filter((file) => open.has(file.type)))
        expect(
          propertiesOf(schema).filter((name) => PRIVATE.test(name)),
          type,
        ).to.deep.equal([]);
      const payee = SCHEMA_FILES.find(({ type }) => type === "payee.changed");
      expect(
        propertiesOf(payee?.schema).filter((name) => PRIVATE.test(name)),
        "it would be seen",
      ).to.not.be.empty;
    });
  });

  it("every fact has a topic, and its topic is one of facts, not of commands", () => {
    for (const type of typesOf("facts")) {
      expect(Object.keys(TOPICS), type).to.include(topicOf(type));
      expect(ALL_KINDS as readonly string[], type).to.not.include(topicOf(type));
    }
  });

  it("G6: a topic that is resent until it is consumed has a reader, every other has none", () => {
    for (const [topic, { durable }] of Object.entries(TOPICS)) {
      expect(groupsOf(topic as Topic).length > 0, topic).to.equal(durable);
    }
  });

  it("G5: a kind of one partition may read any topic; one of many reads topics that are spread as it is", () => {
    for (const kind of ALL_KINDS) {
      if (KINDS[kind].spread === "one") continue;
      for (const topic of reads(kind))
        expect(TOPICS[topic].spread, `${kind} reads ${topic}`).to.equal("many");
    }
  });

  it("EVT-1: the generated types are those of the schemas", async () => {
    expect(readFileSync(GENERATED_FILE, "utf8")).to.equal(await generateTypes());
  }).timeout(20_000);

  it("every refusal of an actor has its number in the contract, and only a bug's and a parked mailbox's are ours", () => {
    const ours: Partial<Record<RejectionCode, number>> = { unprocessable_message: 500, mailbox_parked: 503 };
    for (const code of Object.keys(REJECTIONS) as RejectionCode[]) {
      const { status, code: shown, detail } = refusalOfRejection(code);
      expect(status, code).to.be.within(ours[code] ?? 400, ours[code] ?? 499);
      expect(shown, code).to.not.equal("internal_error");
      expect(detail, code).to.equal(REJECTIONS[code]);
    }
    expect(refusalOfRejection("no_such_code").code).to.equal("internal_error");
  });

  it("every refusal is made somewhere", () => {
    const actors = sourceFiles().filter(({ path }) => path.startsWith("actors/"));
    const unused = Object.keys(REJECTIONS).filter(
      (code) => !actors.some(({ text }) => text.includes(`"${code}"`) || text.includes(`.${code}`)),
    );
    expect(unused).to.deep.equal([]);
  });
});
