import { expect } from "chai";
import { keyedCommandId } from "../../http/command-id.ts";
import { createEdge, type Edge } from "../../http/edge.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type Answer, EdgeClient, expectProblem } from "./edge-client.ts";
import { addLetter } from "./letter-rows.ts";
import { addPerson, type TestPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";

const LETTERS = "/api/v1/ops/dead-letters";

describe("operators: dead letters and the audit log", () => {
  const servers = useServers();
  let edge: Edge;
  let client: EdgeClient;
  let admin: TestPerson;
  let token: string;

  before(async () => {
    edge = createEdge({
      pool: servers.pool,
      redis: servers.redis,
      company: { partitions: 4, secret: "a secret" },
      logger: recordedLogger().logger,
    });
    client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    admin = await addPerson(servers.pool, "admin");
    token = await tokenOf(client, admin);
  });
  beforeEach(() => servers.pool.query("truncate dead_letters, audit_log"));
  after(() => edge.close());

  const get = (path: string) => client.get(path, { token });
  const list = async (query = ""): Promise<string[]> =>
    (await get(`${LETTERS}${query}`)).body.items.map(({ id }: { id: string }) => id);
  const replay = (id: string, key: string = newUuid()): Promise<Answer> =>
    client.post(`${LETTERS}/${id}/replay`, { token, headers: { "Idempotency-Key": key } });
  const drop = (id: string, body: unknown, headers = {}): Promise<Answer> =>
    client.post(`${LETTERS}/${id}/drop`, { token, body, headers });
  const audit = async () => (await get("/api/v1/ops/audit")).body.items;
  const askedOf = async (id: string) =>
    (await servers.pool.query("select asked, asked_at from dead_letters where id = $1", [id])).rows[0];

  describe("are shown", () => {
    it("EVT-4 OPS-3: with the original text, why and how often they failed", async () => {
      const row = await addLetter(servers.pool, { envelope: '{"not": "JSON' });
      const { status, body } = await get(`${LETTERS}/${row.id}`);
      expect(status).to.equal(200);
      const { place: _, trace_id: traceId, last_at: lastAt, ...rest } = row;
      expect(body).to.deep.equal({ ...rest, traceId, lastAt, firstAt: body.firstAt, asked: null });
      expect((await get(LETTERS)).body).to.deep.equal({ items: [body], next: null });
    });

    it("OPS-3: what changed last first, page by page, to the microsecond", async () => {
      const ids: string[] = [];
      for (const last_at of ["2026-03-01T12:00:00.000001Z", "2026-03-01T12:00:00.000002Z", "2026-03-02Z"])
        ids.unshift((await addLetter(servers.pool, { last_at })).id);
      expect(await list()).to.deep.equal(ids);
      const paged: string[] = [];
      for (let next: string | null = ""; next !== null; ) {
        const page: { items: { id: string }[]; next: string | null } = (
          await get(`${LETTERS}?limit=1${next === "" ? "" : `&cursor=${next}`}`)
        ).body;
        paged.push(...page.items.map(({ id }) => id));
        next = page.next;
      }
      expect(paged).to.deep.equal(ids);
    });

    it("OPS-3: narrowed to a state, a kind, an actor, a code", async () => {
      const parked = await addLetter(servers.pool, { state: "parked", actor: "account/2" });
      const mail = await addLetter(servers.pool, { kind: "mailer", code: "unknown_type" });
      expect(await list("?state=parked")).to.deep.equal([parked.id]);
      expect(await list("?kind=mailer")).to.deep.equal([mail.id]);
      expect(await list("?actor=account/2")).to.deep.equal([parked.id]);
      expect(await list("?code=unknown_type&kind=mailer")).to.deep.equal([mail.id]);
      expect(await list("?code=unknown_type&kind=account")).to.deep.equal([]);
      expectProblem(await get(`${LETTERS}?state=lost`), 400, "invalid_request");
      expectProblem(await get(`${LETTERS}?cursor=nonsense`), 400, "invalid_cursor");
    });

    it("EVT-4: a page of large envelopes ends early, and the next one goes on", async () => {
      const envelope = "x".repeat(5_000_000);
      const ids = [await addLetter(servers.pool, { envelope }), await addLetter(servers.pool, { envelope })]
        .concat(await addLetter(servers.pool, { envelope }))
        .map(({ id }) => id)
        .reverse();
      const first = (await get(LETTERS)).body;
      expect(first.items.map(({ id }: { id: string }) => id)).to.deep.equal(ids.slice(0, 2));
      expect(await list(`?cursor=${first.next}`)).to.deep.equal(ids.slice(2));
    });

    it("OPS-3: one that is not there is 404", async () => {
      expectProblem(await get(`${LETTERS}/${newUuid()}`), 404, "not_found");
      expectProblem(await replay(newUuid()), 404, "not_found");
      expectProblem(await drop(newUuid(), { reason: "gone" }), 404, "not_found");
    });
  });

  describe("are replayed", () => {
    it("EVT-4: the wish is noted for the owner and in the audit log, with who and in which trace", async () => {
      const { id, kind, actor, place } = await addLetter(servers.pool, { state: "held" });
      const { status, body } = await replay(id);
      expect([status, body.id, body.state, body.asked]).to.deep.equal([202, id, "held", "replay"]);
      expect((await askedOf(id)).asked_at).to.not.equal(null);
      const [deed, ...others] = await audit();
      expect(others).to.deep.equal([]);
      expect(deed).to.deep.include({
        by: { id: admin.id, name: `Popug ${admin.id.slice(-4)}` },
        action: "dead-letter.replay",
        subject: `dead-letter/${id}`,
        reason: null,
      });
      expect(deed.traceId).to.match(/^[0-9a-f]{32}$/);
      expect(deed.detail.letter).to.deep.include({ id, kind, actor, place }).and.not.have.key("envelope");
    });

    it("EDGE-2: a repeat with the same key gets the same answer, also when the letter is handled by then", async () => {
      const { id } = await addLetter(servers.pool);
      const first = await replay(id, "a-key-of-an-operator");
      await servers.pool.query("delete from dead_letters");
      const again = await replay(id, "a-key-of-an-operator");
      expect([again.status, again.body]).to.deep.equal([202, first.body]);
      expect(first.headers.get("idempotency-replayed")).to.equal(null);
      expect(again.headers.get("idempotency-replayed")).to.equal("true");
      expect(await audit()).to.have.length(1);
      const command = keyedCommandId(admin.id, "a-key-of-an-operator");
      const kept = (await get(`/api/v1/commands/${command}`)).body;
      expect([kept.state, kept.status, kept.body]).to.deep.equal(["done", 202, first.body]);
    });

    it("EDGE-2: a key stands for one letter, and is required", async () => {
      const [one, other] = [await addLetter(servers.pool), await addLetter(servers.pool)];
      await replay(one.id, "a-key-for-one-letter");
      expectProblem(await replay(other.id, "a-key-for-one-letter"), 422, "idempotency_key_reused");
      expect((await askedOf(other.id)).asked).to.equal(null);
      const keyless = await client.post(`${LETTERS}/${other.id}/replay`, { token });
      expectProblem(keyless, 400, "idempotency_key_required");
    });

    it("EDGE-2: of many who ask at once one is heard, its twins get its answer, the others 409", async () => {
      const { id } = await addLetter(servers.pool);
      const twins = Array.from({ length: 4 }, () => replay(id, "the-key-of-the-twins"));
      const others = Array.from({ length: 4 }, () => replay(id));
      const answers = await Promise.all([...twins, ...others]);
      const heard = answers.filter(({ status }) => status === 202);
      expect(answers.every(({ status }) => status === 202 || status === 409)).to.equal(true);
      expect([1, 4]).to.include(heard.length);
      expect(new Set(heard.map(({ body }) => JSON.stringify(body))).size).to.equal(1);
      expect(await audit()).to.have.length(1);
    });

    it("EVT-4: while something is asked nothing else can be, and a failed replay can be asked again", async () => {
      const { id } = await addLetter(servers.pool);
      await replay(id);
      const { detail } = expectProblem(await drop(id, { reason: "too late" }), 409, "already_asked");
      expect(detail).to.equal("A replay is asked already; the owner of account/1 has not done it yet.");
      await servers.pool.query("update dead_letters set asked = null, attempts = attempts + 1");
      expect((await replay(id)).body.attempts).to.equal(4);
      expect(await audit()).to.have.length(2);
    });
  });

  describe("are dropped", () => {
    it("EVT-4: with a reason, and the audit log keeps the letter whole", async () => {
      const { id, envelope, code } = await addLetter(servers.pool);
      const key = { "Idempotency-Key": "a-key-for-the-drop" };
      const { status, body } = await drop(id, { reason: "paid by hand" }, key);
      expect([status, body.asked]).to.deep.equal([202, "drop"]);
      expect((await drop(id, { reason: "paid by hand" }, key)).body).to.deep.equal(body);
      expectProblem(await drop(id, { reason: "another" }, key), 422, "idempotency_key_reused");
      const [deed] = await audit();
      expect(deed).to.include({ action: "dead-letter.drop", reason: "paid by hand" });
      expect(deed.detail.letter).to.include({ id, envelope, code });
    });

    it("EVT-4: never without a reason", async () => {
      const { id } = await addLetter(servers.pool);
      for (const body of [{}, { reason: "" }, { reason: "  " }, { reason: "x".repeat(501) }])
        expectProblem(await drop(id, body), 400, "invalid_request");
      expect((await askedOf(id)).asked).to.equal(null);
      expect(await audit()).to.deep.equal([]);
    });
  });

  it("OPS-3: the audit log is read newest first, page by page, and says who has no account: the command line", async () => {
    for (let i = 1; i <= 5; i++)
      await servers.pool.query(
        "insert into audit_log (by_name, action, subject) values ('command line', 'test', $1)",
        [`thing/${i}`],
      );
    const first = (await get("/api/v1/ops/audit?limit=3")).body;
    const second = (await get(`/api/v1/ops/audit?limit=3&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items].map(({ subject }) => subject)).to.deep.equal(
      [5, 4, 3, 2, 1].map((i) => `thing/${i}`),
    );
    expect(second.next).to.equal(null);
    expect(first.items[0].by).to.deep.equal({ id: null, name: "command line" });
  });

  it("AUTH-2: only admins may look and ask; a stranger hears nothing of what is there", async () => {
    const { id } = await addLetter(servers.pool);
    for (const role of ["employee", "manager", "accountant"] as const) {
      const other = await tokenOf(client, await addPerson(servers.pool, role));
      for (const path of [LETTERS, `${LETTERS}/${id}`, "/api/v1/ops/audit"])
        expectProblem(await client.get(path, { token: other }), 403, "forbidden");
      const ask = { token: other, headers: { "Idempotency-Key": newUuid() } };
      expectProblem(await client.post(`${LETTERS}/${id}/replay`, ask), 403, "forbidden");
    }
    expectProblem(await client.get(LETTERS), 401, "token_missing");
  });
});
