import { expect } from "chai";
import { account } from "../../actors/account/actor.ts";
import type { OutboxRow } from "../../actors/runtime/store.ts";
import { outsideEnvelope } from "../../ops/promise-command.ts";
import { dataschema, type RawEnvelope } from "../../schemas/envelope.ts";
import { newUuid, type TaskId } from "../../schemas/ids.ts";
import { minor } from "../../schemas/money.ts";
import { checkData, checkEnvelope } from "../../schemas/registry.ts";
import { assigneeOf, boardOf, create, people } from "../actors/task-board/board.ts";
import { commandEnvelope } from "../support/client.ts";
import { Scene } from "../support/given.ts";
import { command, FIRST_DATE, heard, NOON_MS, person } from "../support/said.ts";

/** CloudEvents 1.0.2, chapter "Context Attributes". */
const REQUIRED = ["id", "source", "specversion", "type"];
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function expectCloudEvent(envelope: Record<string, unknown>): void {
  for (const name of REQUIRED) expect(envelope[name], name).to.be.a("string").and.not.equal("");
  expect(envelope.specversion).to.equal("1.0");
  expect(URL.canParse(String(envelope.source), "http://base")).to.equal(true);
  expect(URL.canParse(String(envelope.dataschema)), "dataschema is an absolute URI").to.equal(true);
  expect(envelope.time).to.match(RFC_3339);
  expect(envelope.datacontenttype).to.equal("application/json");
  for (const [name, value] of Object.entries(envelope)) {
    if (name === "data") continue;
    expect(name, "attributes are lower-case letters and digits").to.match(/^[a-z0-9]{1,20}$/);
    expect(value, `${name} is neither absent nor empty`).to.be.a("string").and.not.equal("");
  }
}

function expectSendable(payload: string): RawEnvelope {
  const envelope = JSON.parse(payload) as RawEnvelope;
  expectCloudEvent(envelope as unknown as Record<string, unknown>);
  expect(checkEnvelope(envelope)).to.equal(undefined);
  expect(checkData(envelope)).to.equal(undefined);
  return envelope;
}

function sentByBoard(): readonly OutboxRow[] {
  const staff = people(3);
  const scene = boardOf(staff);
  const created = scene.tell(
    command("task.create", { title: "Feed", jiraId: "UBERPOP-42" }, person("manager")),
  );
  const task = create(scene, person("manager"));
  const done = scene.tell(command("task.complete", { taskId: task.id }, assigneeOf(task, staff)));
  return [...created.sent, ...done.sent];
}

const assigned = (assigneeId = person().id) =>
  heard("task.assigned", {
    ...{ taskId: newUuid() as TaskId, number: 1, title: "Feed", assigneeId, by: assigneeId, assignment: 1 },
    ...{ feeMinor: minor(10), rewardMinor: minor(20), businessDate: FIRST_DATE },
    occurredAt: new Date(NOON_MS).toISOString(),
  });

describe("envelopes", () => {
  const valid = JSON.parse(commandEnvelope("task.complete", "task/1", { taskId: newUuid() }, person()));

  it("EVT-1: what the board sends is valid CloudEvents of the newest versions", () => {
    const sent = sentByBoard().map(({ envelope }) => expectSendable(envelope));
    const types = new Set(sent.map(({ type }) => type));
    expect([...types].sort()).to.deep.equal(["task.assigned", "task.completed", "task.created"]);
    expect(new Set(sent.map(({ dataschema: schema }) => schema.split(":").at(-1)))).to.deep.equal(
      new Set(["2"]),
    );
  });

  it("EVT-1: what an account partition sends is, too", () => {
    const { sent } = new Scene(account).tell(assigned());
    const types = sent.map(({ envelope }) => expectSendable(envelope).type);
    expect(types).to.deep.equal(["account.opened", "ledger.entry-posted"]);
  });

  it("OPS-1: a fact names its cause, its conversation and the hop that made it", () => {
    const cause = assigned();
    const { sent } = new Scene(account).tell(cause);
    for (const { envelope } of sent) {
      const { causationid, correlationid, traceparent, source } = expectSendable(envelope);
      expect([causationid, correlationid, source]).to.deep.equal([
        cause.id,
        cause.correlationid,
        "/ates/account/0",
      ]);
      expect(traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
    }
  });

  it("EVT-1: commands from outside are valid CloudEvents", () => {
    const message = { id: newUuid(), source: "/ates/edge", subject: "day/2026-06-01", nowMs: NOON_MS };
    expectSendable(outsideEnvelope({ ...message, type: "day.close", data: { businessDate: FIRST_DATE } }));
    expectSendable(JSON.stringify(valid));
  });

  it("EVT-1: without any one of its attributes an envelope is refused", () => {
    const optional = ["senderid", "senderrole", "fingerprint"];
    for (const name of Object.keys(valid).filter((each) => !optional.includes(each))) {
      const { [name]: _, ...less } = valid;
      expect(checkEnvelope(less)?.code, name).to.equal("invalid_envelope");
    }
  });

  it("EVT-1: with an attribute of another shape an envelope is refused", () => {
    const wrong = {
      specversion: ["0.3", "1", 1],
      id: ["", "x", 1, newUuid().toUpperCase(), `urn:uuid:${newUuid()}`],
      source: ["", "/other/edge", "ates", 1],
      type: ["", "task", "Task.Create", "task..create", "task.create.", 1],
      subject: ["", "x".repeat(201), null],
      datacontenttype: ["text/plain", null],
      dataschema: ["", "urn:ates:task.create", "urn:ates:task.create:0", "http://x/task.create"],
      partitionkey: ["", "x".repeat(201)],
      sequence: ["0", "-1", "01", "1.5", 1, "12345678901234567"],
      traceparent: ["", "00-0-0-00", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
      senderrole: ["owner", ""],
      data: [null, [], "x", 1],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const problem = checkEnvelope({ ...valid, [name]: value });
        expect(problem?.code, `${name} ${JSON.stringify(value)}`).to.equal("invalid_envelope");
      }
    }
    for (const candidate of [undefined, null, 1, "x", [], [valid]]) {
      expect(checkEnvelope(candidate)?.code).to.equal("invalid_envelope");
    }
  });

  it("EVT-1: extensions of others are let through, as CloudEvents asks", () => {
    expect(checkEnvelope({ ...valid, comexampleextension: "x" })).to.equal(undefined);
  });

  it("EVT-1: a dataschema names the type and the version", () => {
    expect(dataschema("task.created", 2)).to.equal("urn:ates:task.created:2");
  });
});
