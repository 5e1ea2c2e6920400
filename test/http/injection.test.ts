/**
 * Words of people that mean something to whoever opens what they stand in: a spreadsheet, a PDF reader, a mail program.
 * They are written by way of the API, and every file that the document names is looked at.
 */

import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { getDocument } from "unpdf/pdfjs";
import { SmtpGateway } from "../../actors/mailer/smtp-gateway.ts";
import { SandboxGateway } from "../../actors/payment/sandbox-gateway.ts";
import type { Role } from "../../schemas/envelope.ts";
import { type MailServer, startMailServer } from "../actors/mailer/mail-server.ts";
import { filledPath, type Operation, readDocument } from "../support/contract/operations.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";

const NAME = '=HYPERLINK("http://x.test","pay")\r\nBcc: all@x.test';
const TITLES = [
  "=SUM(A1:A9)",
  "+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(1)",
  "\t=1+1",
  "＝1+1",
  ") Tj ET BT (paid twice) Tj",
  "<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
  "%PDF-1.7 endstream endobj",
  '<script>alert("1")</script>',
];
/** What a spreadsheet takes for a formula. */
const FORMULA = /^\s*[=+\-@＝＋－＠]/u;
const NUMBER = /^-?\d+$/;

describe("words that are code elsewhere", function () {
  this.timeout(120_000);
  let world: World;
  let baseUrl: string;
  let mails: MailServer;
  let gateway: SmtpGateway;
  let people: Readonly<Record<Role, SignedIn>>;
  let date: string;

  before(async () => {
    world = await newWorld({ ATES_EXCLUDED_ROLES: "admin,manager,accountant" });
    mails = await startMailServer();
    gateway = new SmtpGateway({ url: mails.url, from: "payroll@ates.test" });
    await world.worker({ mail: gateway, payment: new SandboxGateway() });
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
    date = world.company.firstDate;
    const { status } = await people.admin.api("PATCH", `/users/${people.employee.id}`, { name: NAME });
    expect(status).to.equal(200);
    for (const title of TITLES) {
      const { body } = await people.employee.api("POST", "/tasks", { title, description: title });
      await people.employee.api("POST", `/tasks/${body.id}/complete`);
    }
    await until(async () => (await entries()).length === 2 * TITLES.length, "all is booked", 60_000);
  });
  after(async () => {
    await world.end();
    gateway.close();
    await mails.stop();
  });

  const entries = async () =>
    (await people.employee.api("GET", `/accounts/${people.employee.id}/entries`)).body.items;

  it("AN-3 TT-12 ACC-8: no cell of any CSV file of the document is a formula, and each stands for what was written", async () => {
    const { operations } = await readDocument(baseUrl);
    const files = operations.filter(
      ({ path, method }) => method === "GET" && /\.csv$|\/statement$/.test(path),
    );
    const cells = (await Promise.all(files.map(cellsOf))).flat();
    expect(files.length).to.be.at.least(6);
    expect(cells.filter((cell) => FORMULA.test(cell) && !NUMBER.test(cell))).to.deep.equal([]);
    for (const title of TITLES.slice(0, 6))
      expect(cells, title).to.include(`'${title.trim() === title ? title : title.trim()}`);
    expect(cells).to.include(`'${NAME.trim()}`);
  });

  it("ACC-8: a title in a PDF is words on the page: no script, no link, no file, no page more", async () => {
    const path = `/api/v1/accounts/${people.employee.id}/statement?format=pdf&month=${date.slice(0, 7)}`;
    const response = await fetch(baseUrl + path, {
      headers: { authorization: `Bearer ${people.employee.token}` },
    });
    expect(response.headers.get("content-type")).to.include("application/pdf");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(Buffer.from(bytes).toString("latin1")).not.to.match(
      /\/(JavaScript|OpenAction|Launch|EmbeddedFile|AcroForm|URI)\b/,
    );
    const pdf = await getDocument({ data: bytes, useSystemFonts: false, verbosity: 0 }).promise;
    expect([await pdf.getJSActions(), await pdf.getAttachments(), await pdf.getOutline()]).to.deep.equal([
      null,
      null,
      null,
    ]);
    let text = "";
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number);
      expect(await page.getAnnotations()).to.deep.equal([]);
      const { items } = await page.getTextContent();
      text += items.map((item) => ("str" in item ? item.str : "")).join("");
    }
    const words = text.replaceAll(/\s/g, "");
    for (const title of [") Tj ET BT (paid twice) Tj", "=SUM(A1:A9)"])
      expect(words).to.include(title.replaceAll(/\s/g, ""));
    await pdf.loadingTask.destroy();
  });

  it("PAY-3: a name with a line break adds no header and no recipient to a receipt", async () => {
    await people.admin.api("POST", `/days/${date}/close`);
    await until(async () => mails.received.length > 0, "the receipt has come", 60_000);
    for (const { email, recipients } of mails.received) {
      expect(recipients).to.deep.equal(["employee@test.local"]);
      expect(email.headers.map(({ key }) => key)).not.to.include("bcc");
      expect(email.html).not.to.include("<script>");
    }
  });

  async function cellsOf({ path }: Operation): Promise<string[]> {
    const filled = filledPath(path, { userId: people.employee.id, id: people.employee.id });
    const query = path.endsWith("/statement") ? `?month=${date.slice(0, 7)}&format=csv` : "";
    const response = await fetch(`${baseUrl}${filled}${query}`, {
      headers: { authorization: `Bearer ${people.admin.token}` },
    });
    if (response.status === 404) return []; // of an import that nobody has made
    expect(response.status, path).to.equal(200);
    return (parse(await response.text(), { bom: true, relax_column_count: true }) as string[][]).flat();
  }
});
