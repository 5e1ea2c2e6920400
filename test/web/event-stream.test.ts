import { expect } from "chai";
import fc from "fast-check";
import { EventStreamParser, type StreamEvent } from "../../web/api/event-stream.ts";

function read(...pieces: readonly string[]): { events: StreamEvent[]; place: string | undefined } {
  const parser = new EventStreamParser();
  const events = pieces.flatMap((piece) => parser.push(piece));
  return { events, place: parser.place };
}

describe("the page's reader of the feed", () => {
  it("EDGE-1: an event has its name and data, and moves the place to resume from", () => {
    expect(read('id: 7-0\nevent: task\ndata: {"id":"a"}\n\n')).to.deep.equal({
      events: [{ event: "task", data: '{"id":"a"}' }],
      place: "7-0",
    });
  });

  it("EDGE-1: an event without a name is a message, and without data is none but moves the place", () => {
    expect(read("data: a\n\nid: 8\nevent: task\n\n")).to.deep.equal({
      events: [{ event: "message", data: "a" }],
      place: "8",
    });
  });

  it("lines of data are joined, one space after the colon is dropped, a field without colon is empty", () => {
    expect(read("data:  a\ndata:b\ndata\n\n").events).to.deep.equal([{ event: "message", data: " a\nb\n" }]);
  });

  it("comments and unknown fields are nothing, so a heartbeat is no event", () => {
    expect(read(": beat\n\n:\n\nretry: 5\nother: x\n\n").events).to.deep.equal([]);
  });

  it("a name holds for one event only, a place for all that follow", () => {
    const { events, place } = read("id: 1\nevent: job\ndata: a\n\ndata: b\n\n");
    expect(events.map(({ event }) => event)).to.deep.equal(["job", "message"]);
    expect(place).to.equal("1");
  });

  it("an unfinished event neither arrives nor moves the place", () => {
    expect(read("id: 1\ndata: a\n\n", "id: 2\ndata: b\n")).to.deep.equal({
      events: [{ event: "message", data: "a" }],
      place: "1",
    });
  });

  it("an id with a NUL is ignored, an empty one forgets the place, a byte order mark is skipped once", () => {
    expect(read("\uFEFFid: 1\ndata: a\n\nid: 2\0\ndata: b\n\n").place).to.equal("1");
    expect(read("id: 1\ndata: a\n\nid\ndata: b\n\n").place).to.equal("");
  });

  it("EDGE-1: however the text is cut and its lines end, the same events come out", () => {
    const lines = ["id: 1", "event: task", "data: {", "data: }", "", ": beat", "", "data: last", "", ""];
    const whole = read(lines.join("\n"));
    const cuts = fc.array(fc.nat(100), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom("\n", "\r", "\r\n"), cuts, (end, places) => {
        // A CR that ends everything may yet be half of a CRLF: something must follow it.
        const text = `${lines.join(end)}:`;
        const at = [0, ...places.filter((place) => place < text.length).sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((to, index) => text.slice(at[index], to));
        expect(read(...pieces)).to.deep.equal(whole);
      }),
    );
  });
});
