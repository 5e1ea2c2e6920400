import { expect } from "chai";
import { Problem } from "../../web/api/problem.ts";
import { fieldProblem } from "../../web/parts/field-problem.ts";

const refusal = new Problem(422, {
  code: "invalid",
  detail: "The request does not fit.",
  errors: [
    { pointer: "#/title", detail: 'must match pattern "^[^[]$"' },
    { pointer: "/jiraId", detail: "Taken." },
  ],
});

describe("what the page says of a refusal", () => {
  it("EDGE-1: a problem of a field stands beside it, a schema's words put into a person's", () => {
    expect(fieldProblem(refusal, "title", "No brackets")).to.equal("No brackets");
    expect(fieldProblem(refusal, "title")).to.equal('must match pattern "^[^[]$"');
    expect(fieldProblem(refusal, "jiraId", "Letters, digits")).to.equal("Taken.");
    expect(fieldProblem(refusal, "description")).to.equal(undefined);
    expect(fieldProblem(undefined, "title")).to.equal(undefined);
  });

  it("EDGE-3: Retry-After is read as seconds and as a date; what is unreadable is none", async () => {
    const read = async (after?: string) => {
      const headers: Record<string, string> = after === undefined ? {} : { "retry-after": after };
      return (await Problem.from(new Response("{}", { status: 503, headers }))).retryAfterMs;
    };
    expect(await read("2")).to.equal(2000);
    expect(await read(new Date(Date.now() + 60_000).toUTCString())).to.be.within(50_000, 60_000);
    expect(await read("soon")).to.equal(undefined);
    expect(await read()).to.equal(undefined);
  });

  it("EDGE-1: an answer that is no problem document is still a problem with its status", async () => {
    const problem = await Problem.from(new Response("<html>", { status: 502 }));
    expect([problem.status, problem.code, problem.message]).to.deep.equal([502, "http_502", "HTTP 502"]);
    expect(Problem.of(problem)).to.equal(problem);
    expect(Problem.of(new Error("oops"))).to.include({ status: 0, code: "bug", message: "oops" });
  });
});
