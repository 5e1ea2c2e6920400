/** Links that set a password, from the request to the mail that a real mail server got, and back. */
import { expect } from "chai";
import { SmtpGateway } from "../../../actors/mailer/smtp-gateway.ts";
import { type MailServer, startMailServer } from "../../actors/mailer/mail-server.ts";
import { type Api, apiOf, type Response, tokenOf } from "../../support/api.ts";
import { PASSWORD, type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, until, type World } from "../../support/world.ts";

const SITE = "https://ates.test";
const NEW = "seeds, mangoes and a swing";

describe("links that set a password", function () {
  this.timeout(120_000);
  let world: World;
  let mails: MailServer;
  let gateway: SmtpGateway;
  let baseUrl: string;
  let admin: Api;
  let people: Readonly<Record<string, SignedIn>>;

  before(async () => {
    world = await newWorld();
    mails = await startMailServer({});
    const links = { site: SITE, secret: world.company.secret };
    gateway = new SmtpGateway({ url: mails.url, from: "aTES <payroll@ates.test>", links });
    await world.worker({ mail: gateway });
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
    admin = (people.admin as SignedIn).api;
  });
  after(async () => {
    await world.end();
    gateway.close();
    await mails.stop();
  });

  const stateOf = ({ status, body }: Response) => `${status} ${body?.code ?? ""}`.trim();
  const use = (link: string, password = NEW) => apiOf(baseUrl)("POST", "/auth/links", { link, password });
  const ask = (email: string) => apiOf(baseUrl)("POST", "/auth/password-reset", { email });
  const mailsTo = (email: string) => mails.received.filter(({ recipients }) => recipients.includes(email));
  /** The link of the last of so many mails. */
  async function linkTo(email: string, count = 1): Promise<string> {
    const mail = await until(async () => mailsTo(email)[count - 1], `a mail to ${email}`, 20_000);
    const [, link = ""] = /https:\/\/ates\.test\/#link=(\S+)/.exec(mail.email.text ?? "") ?? [];
    expect(mail.email.html).to.include(`href="${SITE}/#link=${link}"`);
    return link;
  }

  it("AUTH-3: an invited person chooses a password by the link of the mail, once, and is in", async () => {
    const email = "new@test.local";
    const { body } = await admin("POST", "/users", {
      email,
      name: "Новичок",
      role: "employee",
      locale: "ru",
    });
    expect((await admin("POST", `/users/${body.id}/invitation`)).status).to.equal(202);
    const link = await linkTo(email);
    expect(mailsTo(email)[0]?.email.subject).to.include("вас приглашают");
    expect(stateOf(await use(link, "password1"))).to.equal("400 weak_password");
    const answer = await use(link);
    expect([answer.status, answer.body.user.email]).to.deep.equal([200, email]);
    expect(stateOf(await use(link))).to.equal("401 link_over");
    expect(await tokenOf(baseUrl, email, NEW)).to.be.a("string");
  });

  it("AUTH-1: who forgot the password gets a link, whose use ends every session and every other link", async () => {
    const email = "employee@test.local";
    const session = await apiOf(baseUrl)("POST", "/auth/login", { email, password: PASSWORD });
    await ask(email.toUpperCase());
    await ask(email);
    const [first, second] = [await linkTo(email, 1), await linkTo(email, 2)];
    expect((await use(second)).status).to.equal(200);
    expect(stateOf(await use(first))).to.equal("401 link_over");
    const [cookie = ""] = (session.headers.get("set-cookie") ?? "").split(";");
    expect(stateOf(await apiOf(baseUrl)("POST", "/auth/refresh", undefined, { cookie }))).to.equal(
      "401 session_ended",
    );
    const [deed] = (await admin("GET", "/ops/audit?limit=1")).body.items;
    expect(deed).to.include({ action: "password.set-by-link", subject: `user/${people.employee?.id}` });
  });

  it("AUTH-1: asking tells nobody who is known, mails no disabled person, and no more than five in an hour", async () => {
    const before = mails.received.length;
    const { id } = people.accountant as SignedIn;
    await admin("PATCH", `/users/${id}`, { active: false });
    const answers = [
      await ask("nobody@test.local"),
      await ask("accountant@test.local"),
      await ask("manager@test.local"),
    ];
    expect(answers.map(({ status, body }) => [status, body])).to.deep.equal([
      [202, ""],
      [202, ""],
      [202, ""],
    ]);
    await linkTo("manager@test.local");
    expect(mails.received.length).to.equal(before + 1);
    for (let more = 0; more < 4; more++)
      expect((await admin("POST", `/users/${people.manager?.id}/invitation`)).status).to.equal(202);
    expect(stateOf(await admin("POST", `/users/${people.manager?.id}/invitation`))).to.equal(
      "409 too_many_links",
    );
  });

  it("AUTH-1: the link of somebody who was disabled since, an old one, and a guessed one open nothing", async () => {
    const email = "leaver@test.local";
    const { body } = await admin("POST", "/users", {
      email,
      name: "L",
      role: "employee",
      password: PASSWORD,
    });
    await ask(email);
    const link = await linkTo(email);
    const [id = "", secret = ""] = link.split(".");
    for (const wrong of [
      `${id}.${secret.slice(0, -1)}A`,
      id,
      `.${secret}`,
      `${people.manager?.id}.${secret}`,
    ])
      expect(stateOf(await use(wrong)), wrong).to.equal("401 link_over");
    await admin("PATCH", `/users/${body.id}`, { active: false });
    expect(stateOf(await use(link))).to.equal("401 link_over");
    await admin("PATCH", `/users/${body.id}`, { active: true });
    await world.pool.query("update links set expires_at = now() where id = $1", [id]);
    expect(stateOf(await use(link))).to.equal("401 link_over");
  });

  it("AUTH-1: the secret of a link is in the mail alone: in no table and in no stream", async () => {
    const [, secret = ""] = (await linkTo("manager@test.local")).split(".");
    expect(secret).to.have.length(43);
    const { rows } = await world.pool.query(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    for (const { name } of rows) {
      const found = await world.pool.query(
        `select count(*)::int as n from "${name}" t where t::text like $1`,
        [`%${secret}%`],
      );
      expect(found.rows[0].n, name).to.equal(0);
    }
    for (const key of await world.redis.keys("*")) {
      if ((await world.redis.type(key)) !== "stream") continue;
      expect(JSON.stringify(await world.redis.xrange(key, "-", "+")), key).not.to.include(secret);
    }
  });
});
