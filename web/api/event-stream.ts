export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Parses `text/event-stream` as it arrives in pieces. EventSource cannot send an Authorization header, so the page reads
 * the stream itself. Follows the WHATWG rules: CR, LF or CRLF end a line, a blank line ends an event, a line that begins
 * with a colon is a comment, an event without data is not delivered, a last unfinished event is dropped.
 */
export class EventStreamParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | undefined;
  #place: string | undefined;
  #atStart = true;

  /** Where to resume: moved by every finished event, also by one that has only an id. */
  get place(): string | undefined {
    return this.#place;
  }

  push(text: string): StreamEvent[] {
    this.#rest += this.#atStart && text.startsWith("\uFEFF") ? text.slice(1) : text;
    if (text !== "") this.#atStart = false;
    const events: StreamEvent[] = [];
    for (let line = this.#takeLine(); line !== undefined; line = this.#takeLine()) {
      const event = this.#readLine(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #takeLine(): string | undefined {
    const end = this.#rest.search(/[\r\n]/);
    if (end < 0) return undefined;
    const isReturn = this.#rest[end] === "\r";
    // A lone CR at the end of a piece may be half of a CRLF: wait for the next piece.
    if (isReturn && end === this.#rest.length - 1) return undefined;
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + (isReturn && this.#rest[end + 1] === "\n" ? 2 : 1));
    return line;
  }

  #readLine(line: string): StreamEvent | undefined {
    if (line === "") return this.#dispatch();
    if (line.startsWith(":")) return undefined;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    this.#place = this.#id;
    const data = this.#data;
    const event = this.#event || "message";
    this.#data = [];
    this.#event = "";
    return data.length === 0 ? undefined : { event, data: data.join("\n") };
  }
}
