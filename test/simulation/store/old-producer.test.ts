import { expect } from "chai";
import type { RawEnvelope } from "../../../schemas/envelope.ts";
import { derivedUuid } from "../../../schemas/ids.ts";
import { checkData } from "../../../schemas/registry.ts";
import { upcast } from "../../../schemas/upcast.ts";
import { asOldProducer } from "./old-producer.ts";

const taskId = (tail: string): string => derivedUuid(0, "task").slice(0, -2) + tail;

const completed = (tail: string, words: object): string => {
  const id = derivedUuid(0, "person");
  const prices = { feeMinor: 12, rewardMinor: 30 };
  const when = { businessDate: "2026-06-01", occurredAt: "2026-06-01T10:00:00.000Z" };
  const data = { taskId: taskId(tail), number: 1, ...words, assigneeId: id, ...prices, by: id, ...when };
  return JSON.stringify({ type: "task.completed", dataschema: "urn:ates:task.completed:2", data });
};

describe("the old producer of the simulation", () => {
  for (const words of [{ title: "Water the palm" }, { title: "Water the palm", jiraId: "BEAK-7" }]) {
    it(`EVT-2 EVT-3: what it says of ${JSON.stringify(words)} is lawful in version 1, and upcast the same again`, () => {
      const [said, old] = [
        completed("03", words),
        JSON.parse(asOldProducer(completed("03", words))) as RawEnvelope,
      ];
      expect(old.dataschema).to.equal("urn:ates:task.completed:1");
      expect(checkData(old)).to.equal(undefined);
      expect(upcast(old)).to.deep.equal(JSON.parse(said));
    });
  }

  it("leaves other tasks and other facts as they are", () => {
    for (const said of [
      completed("01", { title: "Water the palm" }),
      "no JSON",
      '{"dataschema":"urn:ates:day.ended:1"}',
    ])
      expect(asOldProducer(said)).to.equal(said);
  });
});
