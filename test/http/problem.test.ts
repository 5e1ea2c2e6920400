import { expect } from "chai";
import { problemOf, refusalOfRejection } from "../../http/problem.ts";
import { badRequest, forbidden, notFound } from "../../http/refusal.ts";
import { isUnavailable } from "../../http/unavailable.ts";
import { REJECTIONS } from "../../schemas/rejections.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

describe("problems", () => {
  it("every rejection of an actor has a status of its own meaning, none but a failed handler is 500", () => {
    for (const [code, detail] of Object.entries(REJECTIONS)) {
      const { document } = problemOf(refusalOfRejection(code), TRACE);
      expect(document.detail, code).to.equal(detail);
      expect(document.status === 500, code).to.equal(code === "unprocessable_message");
    }
  });

  it("G8: a parked mailbox is 503 with Retry-After: nothing was stored, the same key may be sent again", () => {
    const { status, headers, document } = problemOf(refusalOfRejection("mailbox_parked"), TRACE);
    expect([status, headers["Retry-After"], document.code]).to.deep.equal([503, "1", "mailbox_parked"]);
  });

  it("a code that nobody knows is a bug of ours", () => {
    for (const code of ["", "nonsense", "constructor", "__proto__"]) {
      expect(problemOf(refusalOfRejection(code), TRACE).document.code).to.equal("internal_error");
    }
  });

  it("a refusal says type, title, status, detail, code, instance, and errors when it has them", () => {
    expect(problemOf(badRequest([{ pointer: "/a", detail: "is wrong" }]), TRACE).document).to.deep.equal({
      type: "urn:ates:problem:invalid_request",
      title: "The request is not valid",
      status: 400,
      detail: "/a: is wrong",
      code: "invalid_request",
      instance: `urn:trace:${TRACE}`,
      errors: [{ pointer: "/a", detail: "is wrong" }],
    });
    expect(problemOf(notFound(), TRACE).document).not.to.have.property("errors");
    expect(problemOf(forbidden(), TRACE).status).to.equal(403);
  });

  it("whatever is thrown gets an answer that leaks nothing", () => {
    const secret = "postgres://ates:hunter2@db/ates";
    for (const thrown of [
      new Error(secret),
      secret,
      undefined,
      null,
      42,
      { status: 200, secret },
      new TypeError(secret),
    ]) {
      const problem = problemOf(thrown, TRACE);
      expect(problem.status).to.equal(500);
      expect(JSON.stringify(problem)).not.to.include("hunter2");
    }
  });

  it("EDGE-3: a part that is away is told from a bug, also through wrappers", () => {
    const coded = (code: string) => Object.assign(new Error("x"), { code });
    const away = [
      coded("ECONNREFUSED"),
      coded("57P01"),
      coded("08006"),
      coded("53300"),
      coded("57014"),
      new AggregateError([], "", { cause: coded("ECONNREFUSED") }),
      new Error("wrapped", { cause: coded("ECONNRESET") }),
      Object.assign(new Error("wrapped"), { nativeError: coded("57P03") }),
      new Error("Connection terminated unexpectedly"),
      new Error("timeout exceeded when trying to connect"),
      new Error("Query read timeout"),
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
      new Error("LOADING Redis is loading the dataset in memory"),
    ];
    for (const error of away) expect(isUnavailable(error), error.message).to.equal(true);
    const bugs = [
      coded("23505"),
      coded("42P01"),
      new Error("x is not a function"),
      "ECONNREFUSED",
      undefined,
    ];
    for (const error of bugs) expect(isUnavailable(error)).to.equal(false);
    const endless = new Error("itself");
    endless.cause = endless;
    expect(isUnavailable(endless)).to.equal(false);
  });
});
