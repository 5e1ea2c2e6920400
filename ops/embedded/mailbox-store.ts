// The letters of the demo's mailbox: a file each, their readable parts in memory, the oldest dropped at a limit.
//
// A letter comes once per Message-ID. The mailer sends at least once: when it dies between the server's "250" and its own
// commit, it sends again under the same Message-ID, and large mail services drop the second one. So does this mailbox,
// else a reader of the demo would take a redelivery for a double payment.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime, { type Attachment, type Email } from "postal-mime";
import type { ServerLog } from "./server-process.ts";

/** What `GET /messages.json` says of a letter. Absent parts are empty strings. */
export type Letter = {
  id: string;
  from: string;
  /** Everybody it was delivered to, those of Bcc among them. */
  to: string[];
  subject: string;
  /** RFC 3339, UTC. */
  date: string;
  messageId: string;
  text: string;
  html: string;
  attachments: { filename: string; size: number }[];
};

export type Envelope = { from: string; to: string[] };

export const letterBytesMax = 10 * 1024 * 1024;
const lettersMax = 2_000;
const allBytesMax = 256 * 1024 * 1024;

const fileName = /^(\d{10})-[0-9a-f]{16}\.eml$/;

type Kept = { letter: Letter; bytes: number };

export class MailboxStore {
  readonly #folder: string;
  readonly #log: ServerLog;
  /** By id, oldest first: ids begin with a growing number. */
  readonly #kept = new Map<string, Kept>();
  readonly #messageIds = new Set<string>();
  #bytes = 0;
  #lastNumber = 0;

  private constructor(folder: string, log: ServerLog) {
    this.#folder = folder;
    this.#log = log;
  }

  static async open(folder: string, log: ServerLog): Promise<MailboxStore> {
    await mkdir(folder, { recursive: true });
    const store = new MailboxStore(folder, log);
    for (const name of (await readdir(folder)).sort()) await store.#load(name);
    return store;
  }

  newestFirst(): Letter[] {
    return [...this.#kept.values()].map(({ letter }) => letter).reverse();
  }

  find(id: string): Letter | undefined {
    return this.#kept.get(id)?.letter;
  }

  async add(raw: Buffer, envelope: Envelope): Promise<"kept" | "duplicate"> {
    const file = Buffer.concat([traceHeaders(envelope), raw]);
    const email = await PostalMime.parse(file);
    const messageId = email.messageId ?? `<${digest(file)}@no-message-id>`;
    if (this.#messageIds.has(messageId)) return "duplicate";
    // Taken before anything is awaited: the same letter may be on another connection at this moment.
    this.#messageIds.add(messageId);
    const id = this.#nextId(messageId);
    try {
      await writeWhole(join(this.#folder, `${id}.eml`), file);
    } catch (error) {
      this.#messageIds.delete(messageId);
      throw error;
    }
    this.#keep(letterOf(id, email, messageId, new Date()), file.length);
    await this.#dropOldest();
    return "kept";
  }

  async #load(name: string): Promise<void> {
    const number = fileName.exec(name)?.[1];
    if (number === undefined) return;
    this.#lastNumber = Math.max(this.#lastNumber, Number(number));
    const path = join(this.#folder, name);
    try {
      const [file, { mtime }] = await Promise.all([readFile(path), stat(path)]);
      const email = await PostalMime.parse(file);
      const messageId = email.messageId ?? `<${digest(file)}@no-message-id>`;
      this.#messageIds.add(messageId);
      this.#keep(letterOf(name.slice(0, -".eml".length), email, messageId, mtime), file.length);
    } catch (error) {
      this.#log.warn(`The letter ${path} cannot be read and is left out: ${String(error)}`);
    }
  }

  #nextId(messageId: string): string {
    this.#lastNumber += 1;
    return `${String(this.#lastNumber).padStart(10, "0")}-${digest(messageId)}`;
  }

  #keep(letter: Letter, bytes: number): void {
    this.#kept.set(letter.id, { letter, bytes });
    this.#bytes += bytes;
  }

  async #dropOldest(): Promise<void> {
    for (const [id, { letter, bytes }] of this.#kept) {
      if (this.#kept.size <= lettersMax && this.#bytes <= allBytesMax) return;
      this.#kept.delete(id);
      this.#messageIds.delete(letter.messageId);
      this.#bytes -= bytes;
      await rm(join(this.#folder, `${id}.eml`), { force: true });
    }
  }
}

/** A crash in the middle leaves no half letter: what has no final name is not read. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const unfinished = `${path}.part`;
  await writeFile(unfinished, bytes, { flush: true });
  await rename(unfinished, path);
}

/** The envelope goes into the file as mail servers write it, so that the file alone tells who got the letter. */
function traceHeaders({ from, to }: Envelope): Buffer {
  const lines = [`Return-Path: <${from}>`, ...to.map((address) => `Delivered-To: ${address}`)];
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(""));
}

function letterOf(id: string, email: Email, messageId: string, receivedAt: Date): Letter {
  const saidAt = Date.parse(email.date ?? "");
  return {
    id,
    from: email.from?.address ?? email.returnPath ?? "",
    to: email.headers.filter(({ key }) => key === "delivered-to").map(({ value }) => value),
    subject: email.subject ?? "",
    date: (Number.isNaN(saidAt) ? receivedAt : new Date(saidAt)).toISOString(),
    messageId,
    text: email.text ?? "",
    html: email.html ?? "",
    attachments: email.attachments.map(({ filename, content }) => ({
      filename: filename ?? "",
      size: sizeOf(content),
    })),
  };
}

function sizeOf(content: Attachment["content"]): number {
  return typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
}

function digest(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
