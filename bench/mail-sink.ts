/** A real SMTP server that takes every mail and keeps none: it counts them, and notes when each came. */
import { SMTPServer } from "smtp-server";
import { freePort } from "../ops/embedded/free-port.ts";
import { stopAtEnd } from "./stop-order.ts";

export class MailSink {
  readonly url: string;
  readonly cameMs: number[] = [];

  private constructor(port: number) {
    this.url = `smtp://127.0.0.1:${port}`;
  }

  static async start(): Promise<MailSink> {
    const port = await freePort();
    const sink = new MailSink(port);
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      disableReverseLookup: true,
      onData(stream, _session, done) {
        stream.on("end", () => {
          sink.cameMs.push(performance.now());
          done();
        });
        stream.resume();
      },
    });
    server.on("error", () => {}); // a system that is stopped hangs up half-way
    await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
    stopAtEnd(() => new Promise((resolve) => server.close(() => resolve(undefined))));
    return sink;
  }
}
