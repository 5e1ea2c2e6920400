import { mkdir, readdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { createTransport, type SendMailOptions } from "nodemailer";
import { freePort, isPortFree, loopback } from "../../ops/embedded/free-port.ts";
import { type Mailbox, startMailbox } from "../../ops/embedded/mailbox.ts";
import type { Letter } from "../../ops/embedded/mailbox-store.ts";
import { failureOf, recordedLog, removeFolder, scratchFolder } from "./scratch.ts";

const letter: SendMailOptions = {
  messageId: "<payout-1@ates.local>",
  from: "aTES <ates@ates.local>",
  to: "popug01@ates.local",
  bcc: "auditor@ates.local",
  subject: "Вам выплачено 12,50",
  text: "Поздравляем",
  html: '<p>Поздравляем</p><script>alert("seen")</script>',
  attachments: [{ filename: "statement.csv", content: "a,b\n1,2\n" }],
};

describe("the demo's mailbox", function () {
  this.timeout(120_000);
  const log = recordedLog();
  let dataDir: string;
  let mailbox: Mailbox;

  beforeEach(async () => {
    dataDir = await scratchFolder();
    mailbox = await startMailbox({ dataDir, log });
  });

  afterEach(async () => {
    await mailbox.stop();
    await removeFolder(dataDir);
  });

  async function send(changes: SendMailOptions = {}): Promise<void> {
    const transport = createTransport(mailbox.smtpUrl);
    await transport.sendMail({ ...letter, ...changes });
    transport.close();
  }

  async function letters(): Promise<Letter[]> {
    const response = await fetch(`${mailbox.httpUrl}/messages.json`);
    return ((await response.json()) as { items: Letter[] }).items;
  }

  async function only(): Promise<Letter> {
    const [found, ...others] = await letters();
    if (found === undefined || others.length > 0)
      throw new Error(`Expected one letter, got ${others.length + 1}.`);
    return found;
  }

  async function restart(): Promise<void> {
    await mailbox.stop();
    mailbox = await startMailbox({ dataDir, log });
  }

  it("answers a letter's parts as JSON, Bcc among the receivers", async () => {
    await send({ date: new Date("2026-03-01T10:00:00Z") });
    const { id, html, ...rest } = await only();
    expect(id).to.match(/^[0-9a-f-]+$/);
    expect(html).to.include("<p>Поздравляем</p>");
    expect(rest).to.deep.equal({
      from: "ates@ates.local",
      to: ["popug01@ates.local", "auditor@ates.local"],
      subject: "Вам выплачено 12,50",
      date: "2026-03-01T10:00:00.000Z",
      messageId: "<payout-1@ates.local>",
      text: "Поздравляем",
      attachments: [{ filename: "statement.csv", size: 8 }],
    });
  });

  it("keeps a letter that is sent again once", async () => {
    await Promise.all([send(), send(), send()]);
    await send({ subject: "the same Message-ID, later" });
    expect((await letters()).length).to.equal(1);
  });

  it("keeps its letters over a restart, and still knows them when they come again", async () => {
    await send();
    const before = await only();
    await restart();
    await send();
    expect(await only()).to.deep.equal(before);
  });

  it("lists the newest first, in the order of arrival", async () => {
    for (const subject of ["first", "second"]) await send({ subject, messageId: `<${subject}@ates.local>` });
    await restart();
    await send({ subject: "third", messageId: "<third@ates.local>" });
    expect((await letters()).map(({ subject }) => subject)).to.deep.equal(["third", "second", "first"]);
  });

  it("refuses a letter over the limit and takes the next one", async () => {
    const failure = await failureOf(
      send({ attachments: [{ filename: "big", content: Buffer.alloc(11_000_000) }] }),
    );
    expect(failure).to.match(/552|exceeds/);
    await send();
    expect((await letters()).length).to.equal(1);
  });

  it("escapes what strangers wrote", async () => {
    await send({ subject: '<img src=x onerror="alert(1)">', text: "</pre><script>alert(2)</script>" });
    const { id } = await only();
    for (const path of ["/", `/messages/${id}`]) {
      const page = await (await fetch(mailbox.httpUrl + path)).text();
      expect(page).to.include("&#60;img src=x");
      expect(page).not.to.match(/<img|<script/);
    }
  });

  it("shows a letter's HTML in a sandboxed frame that can load and run nothing", async () => {
    await send();
    const { id } = await only();
    const page = await (await fetch(`${mailbox.httpUrl}/messages/${id}`)).text();
    expect(page).to.match(new RegExp(`<iframe [^>]*sandbox="[^"]*" src="/messages/${id}/html">`));
    expect(page).not.to.match(/sandbox="[^"]*allow-(scripts|same-origin|forms|top-navigation)/);
    const policy = (await fetch(`${mailbox.httpUrl}/messages/${id}/html`)).headers.get(
      "content-security-policy",
    );
    expect(policy).to.match(/^default-src 'none'/);
    expect(policy).to.match(/; sandbox allow-popups/);
    expect(policy).not.to.match(/script|allow-same-origin/);
  });

  it("answers 404, 405 and a foreign host name in one sentence", async () => {
    expect((await fetch(`${mailbox.httpUrl}/messages/0-0`)).status).to.equal(404);
    expect((await fetch(mailbox.httpUrl, { method: "POST" })).status).to.equal(405);
    expect(await statusForHost(mailbox.httpUrl, "evil.example")).to.equal(403);
  });

  it("leaves out what it cannot read", async () => {
    await mailbox.stop();
    await mkdir(join(dataDir, "0000000009-0123456789abcdef.eml"));
    await writeFile(join(dataDir, "0000000010-0123456789abcdef.eml.part"), "half a let");
    mailbox = await startMailbox({ dataDir, log });
    await send();
    expect((await only()).id).to.match(/^0000000010-/);
    expect(await readdir(dataDir)).to.include(`${(await only()).id}.eml`);
  });

  it("says which port is taken and leaves none open", async () => {
    const [smtpPort, httpPort] = [await freePort(), await freePort()];
    const squatter = createServer().listen(httpPort, loopback);
    const failure = await failureOf(startMailbox({ dataDir, log, smtpPort, httpPort }));
    expect(failure).to.include(`${loopback}:${httpPort}`);
    expect(await isPortFree(smtpPort)).to.equal(true);
    squatter.close();
  });

  it("stops although a browser holds a connection", async () => {
    await letters();
    await mailbox.stop();
    expect(await isPortFree(Number(new URL(mailbox.httpUrl).port))).to.equal(true);
  });
});

function statusForHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
