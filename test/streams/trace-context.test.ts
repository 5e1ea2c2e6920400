import { trace } from "@opentelemetry/api";
import { expect } from "chai";
import fc from "fast-check";
import { contextFrom, formatTraceparent, parseTraceparent } from "../../streams/trace-context.ts";

const EXAMPLE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });

describe("trace context", () => {
  it("OPS-1: reads what W3C's own example says", () => {
    expect(parseTraceparent(EXAMPLE)).to.deep.equal({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: 1,
      isRemote: true,
    });
  });

  it("OPS-1: what is written is read as it was, flags included", () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, traceFlags) => {
        const written = formatTraceparent({ traceId, spanId, traceFlags });
        expect(parseTraceparent(written)).to.deep.equal({ traceId, spanId, traceFlags, isRemote: true });
      }),
    );
  });

  it("OPS-1: the span that an envelope names is the parent of what it causes", () => {
    expect(trace.getSpanContext(contextFrom(EXAMPLE))?.spanId).to.equal("b7ad6b7169203331");
  });

  it("OPS-1: what is no trace context starts a trace of its own instead of failing", () => {
    const wrong = [
      "",
      "00",
      EXAMPLE.toUpperCase(),
      `${EXAMPLE}\n`,
      ` ${EXAMPLE}`,
      EXAMPLE.slice(1),
      `${EXAMPLE}-x`,
    ];
    for (const text of [...wrong, EXAMPLE.replace("00-", "ff-"), EXAMPLE.replace("0af", "0xf")]) {
      expect(parseTraceparent(text), text).to.equal(undefined);
      expect(trace.getSpanContext(contextFrom(text)), text).to.equal(undefined);
    }
  });
});
