// The demo's mailbox: takes every letter by SMTP on loopback, delivers none, shows them on a page and as JSON.

import { createServer, type Server as HttpServer, type RequestListener } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { loopback, portTaken } from "./free-port.ts";
import { mailboxPages } from "./mailbox-page.ts";
import { letterBytesMax, MailboxStore } from "./mailbox-store.ts";
import type { ServerLog } from "./server-process.ts";

export type MailboxOptions = {
  /** Created when absent: one file per letter. */
  dataDir: string;
  log: ServerLog;
  /** Default: any free port. A port that is taken is an error. */
  smtpPort?: number;
  /** Default: any free port. A port that is taken is an error. */
  httpPort?: number;
};

export type Mailbox = { smtpUrl: string; httpUrl: string; stop(): Promise<void> };

const clientsMax = 50;
const closeMs = 1_000;

export async function startMailbox({ dataDir, log, smtpPort, httpPort }: MailboxOptions): Promise<Mailbox> {
  const store = await MailboxStore.open(dataDir, log);
  const smtp = await listenForMail(store, log, smtpPort ?? 0);
  const http = await listenForReaders(mailboxPages(store), httpPort ?? 0).catch(async (error) => {
    await smtp.stop();
    throw error;
  });
  const mailbox = { smtpUrl: `smtp://${loopback}:${smtp.port}`, httpUrl: `http://${loopback}:${http.port}` };
  log.info(`The mailbox takes mail at ${mailbox.smtpUrl} and shows it at ${mailbox.httpUrl}.`);
  let stopping: Promise<void> | undefined;
  return {
    ...mailbox,
    stop() {
      stopping ??= Promise.all([smtp.stop(), http.stop()]).then(() => undefined);
      return stopping;
    },
  };
}

type Listening = { port: number; stop(): Promise<void> };

async function listenForMail(store: MailboxStore, log: ServerLog, port: number): Promise<Listening> {
  const server = new SMTPServer({
    banner: "aTES demo mailbox",
    disabledCommands: ["AUTH", "STARTTLS"],
    authOptional: true,
    disableReverseLookup: true,
    size: letterBytesMax,
    maxClients: clientsMax,
    closeTimeout: closeMs,
    onData: (stream, session, done) => {
      receive(store, stream, session).then(
        (said) => done(null, said),
        (error) => done(error),
      );
    },
  });
  // A client that hangs up in mid-letter is an error here too; without a listener it would end this process.
  server.on("error", (error: Error) => log.warn(`The mailbox's SMTP server: ${error.message}`));
  const bound = await listen("The mailbox's SMTP server", server.server, port);
  return { port: bound, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** The stream is read to its end even when the letter is refused: SMTP has no other way to answer. */
async function receive(
  store: MailboxStore,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= letterBytesMax) chunks.push(chunk);
  }
  if (bytes > letterBytesMax) {
    throw Object.assign(new Error(`A letter may have ${letterBytesMax} bytes.`), { responseCode: 552 });
  }
  const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
  const to = envelope.rcptTo.map(({ address }) => address);
  const outcome = await store.add(Buffer.concat(chunks), { from, to });
  return outcome === "kept" ? "Kept" : "Kept before";
}

async function listenForReaders(pages: RequestListener, port: number): Promise<Listening> {
  const server = createServer(pages);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const bound = await listen("The mailbox's page", server, port);
  return { port: bound, stop: () => closeHttp(server, sockets) };
}

/** The port it listens on: the wanted one or, for 0, any. */
function listen(name: string, server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? portTaken(name, port) : error);
    });
    server.listen(port, loopback, () => resolve((server.address() as AddressInfo).port));
  });
}

/** A browser keeps connections open for minutes; whoever stops does not wait for it. */
function closeHttp(server: HttpServer, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, closeMs);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
    server.closeIdleConnections();
  });
}
