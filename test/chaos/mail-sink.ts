/** The mail server of a chaos run: takes every mail, remembers whom it was for, and can be told to fail. */
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { loopback } from "../../ops/embedded/free-port.ts";

export type MailMood =
  | "well"
  /** 451 to every mail: try again. */
  | "refuses for now"
  /** Takes the mail, and hangs up instead of saying so: the same mail comes again. */
  | "hangs up"
  /** Says it two seconds later. */
  | "slow";

/** A mail that the sink has: said to be taken, or not. */
export interface Taken {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  /** What the sender heard: false after hanging up. */
  readonly isAnswered: boolean;
}

const SLOW_MS = 2_000;

export class MailSink {
  readonly taken: Taken[] = [];
  mood: MailMood = "well";
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      disabledCommands: ["STARTTLS", "AUTH"],
      authOptional: true,
      disableReverseLookup: true,
      closeTimeout: 100,
      onData: (stream, session, done) => {
        this.#receive(stream, session).then(
          (answer) => answer !== "silence" && done(answer === "later" ? laterPlease() : null),
          (error) => done(error as Error),
        );
      },
    });
    this.#server.on("error", () => undefined); // a killed worker leaves in the middle of its sentence
  }

  static async open(): Promise<MailSink> {
    const sink = new MailSink();
    await new Promise<void>((resolve, reject) => {
      sink.#server.once("error", reject);
      sink.#server.listen(0, loopback, resolve);
    });
    return sink;
  }

  get url(): string {
    return `smtp://${loopback}:${(this.#server.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #receive(
    stream: SMTPServerDataStream,
    { envelope }: SMTPServerSession,
  ): Promise<"taken" | "later" | "silence"> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    const { mood } = this;
    if (mood === "refuses for now") return "later";
    const { messageId = "", subject = "" } = await PostalMime.parse(Buffer.concat(chunks));
    const isAnswered = mood !== "hangs up";
    for (const { address } of envelope.rcptTo) {
      this.taken.push({ messageId, to: address, subject, isAnswered });
    }
    if (mood === "slow") await sleep(SLOW_MS);
    if (isAnswered) return "taken";
    for (const connection of this.#connections()) connection.close();
    return "silence";
  }

  /** The types leave out what the server keeps. */
  #connections(): Iterable<{ close(): void }> {
    return (this.#server as unknown as { connections: Set<{ close(): void }> }).connections;
  }
}

function laterPlease(): Error {
  return Object.assign(new Error("says the chaos"), { responseCode: 451 });
}
