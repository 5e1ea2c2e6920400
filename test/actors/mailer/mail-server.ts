/** A real SMTP server on a free loopback port that a test tells how to answer. */
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

/** What the server says at each step; undefined: it takes the mail. */
export interface Behaviour {
  mailFrom?: number | undefined;
  rcptTo?: number | undefined;
  data?: number | undefined;
  /** Reads the mail, and never answers. */
  stall?: boolean;
  /** Takes the mail, and hangs up instead of saying so: that often. */
  hangUps?: number;
  requireLogin?: boolean;
}

export interface Received {
  readonly email: Email;
  readonly raw: string;
  readonly from: string;
  readonly recipients: readonly string[];
}

export interface MailServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** Those of payouts; people are also told what is assigned to them, a while later. */
  readonly receipts: readonly Received[];
  /** Most clients connected at once. */
  readonly clientsMost: number;
  stop(): Promise<void>;
}

export async function startMailServer(behaviour: Behaviour = {}): Promise<MailServer> {
  const received: Received[] = [];
  const clients = { now: 0, most: 0 };
  let hangUps = behaviour.hangUps ?? 0;
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: behaviour.requireLogin !== true,
    disableReverseLookup: true,
    closeTimeout: 100,
    allowInsecureAuth: true,
    onConnect: (_session, done) => {
      clients.most = Math.max(clients.most, ++clients.now);
      done();
    },
    onClose: () => void clients.now--,
    onAuth: (_auth, _session, done) => done(refusal(535)),
    onMailFrom: (_address, _session, done) => done(refusal(behaviour.mailFrom)),
    onRcptTo: (_address, _session, done) => done(refusal(behaviour.rcptTo)),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const raw = Buffer.concat(chunks).toString("utf8");
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        received.push({
          email: await PostalMime.parse(raw),
          raw,
          from,
          recipients: rcptTo.map((to) => to.address),
        });
        if (behaviour.stall === true) return;
        if (hangUps > 0) {
          hangUps -= 1;
          for (const connection of connectionsOf(server)) connection.close();
        } else done(refusal(behaviour.data));
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    get receipts() {
      return received.filter(({ email }) => email.subject?.startsWith("Your payout") === true);
    },
    get clientsMost() {
      return clients.most;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(responseCode: number | undefined): Error | null {
  return responseCode === undefined ? null : Object.assign(new Error("says the test"), { responseCode });
}

/** The types leave out what the server keeps. */
function connectionsOf(server: SMTPServer): Iterable<{ close(): void }> {
  return (server as unknown as { connections: Set<{ close(): void }> }).connections;
}
