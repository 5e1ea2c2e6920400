import { expect } from "chai";
import { keyedCommandId } from "../../http/command-id.ts";
import { createEdge, type Edge } from "../../http/edge.ts";
import { EDGE_LIMITS } from "../../http/limits.ts";
import { newUuid } from "../../schemas/ids.ts";
import { streamKey } from "../../streams/topology.ts";
import { pauseJudgement } from "../support/answers/watch.ts";
import { type Answer, EdgeClient, expectProblem } from "./edge-client.ts";
import { FakeBoard } from "./fake-board.ts";
import { addPerson, type TestPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";
import { until } from "./until.ts";

const ROOM = 5;
const STREAM = streamKey({ topic: "task-board", partition: 0 });

describe("more commands than are decided in time", () => {
  const servers = useServers();
  let board: FakeBoard;
  let edge: Edge;
  let client: EdgeClient;
  let person: TestPerson;
  let token: string;

  let judgeAgain: () => void;
  before(async () => {
    judgeAgain = pauseJudgement(); // the fake board answers with nothing
    board = new FakeBoard(servers.client, servers.pool);
    await board.start();
    edge = createEdge({
      pool: servers.pool,
      redis: servers.redis,
      company: { partitions: 4, secret: "a secret" },
      logger: recordedLogger().logger,
      limits: { ...EDGE_LIMITS, commandsInFlightMin: ROOM, commandsInFlightMax: ROOM },
    });
    client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    person = await addPerson(servers.pool, "manager");
    token = await tokenOf(client, person);
    await until(async () => (await create(newUuid())).status === 201);
  });
  after(async () => {
    judgeAgain();
    await edge.close();
    await board.stop();
  });

  const create = (key: string): Promise<Answer> =>
    client.post("/api/v1/tasks", { token, body: { title: "x" }, headers: { "Idempotency-Key": key } });

  it("EDGE-3: are refused at once and leave no trace; those let in are answered, and a refused key may come again", async () => {
    board.mode = "paused";
    const seen = board.seen.length;
    const under = Array.from({ length: ROOM }, () => create(newUuid()));
    await until(() => board.seen.length === seen + ROOM);
    const length = await servers.client.xlen(STREAM);
    const keys = Array.from({ length: 20 }, () => newUuid());
    const startedAt = performance.now();
    const refused = await Promise.all(keys.map(create));
    expect(performance.now() - startedAt).to.be.below(1_000);
    for (const answer of refused) {
      expectProblem(answer, 503, "unavailable");
      expect(Number(answer.headers.get("retry-after"))).to.be.within(1, 3);
    }
    expect(await servers.client.xlen(STREAM)).to.equal(length);
    const marks = keys.map((key) => `ates:{0}:running:${keyedCommandId(person.id, key)}`);
    expect(await servers.client.exists(marks)).to.equal(0);
    const rows = await servers.pool.query("select from commands where state = 'pending'");
    expect(rows.rowCount).to.equal(0);
    await board.resume();
    for (const answer of await Promise.all(under)) expect(answer.status).to.equal(201);
    for (const key of keys) expect((await create(key)).status).to.equal(201);
    expect(board.seen.length).to.equal(seen + ROOM + keys.length);
  });

  it("EDGE-3: are refused before body and token are looked at; reads, log-in and other actors' commands go on", async () => {
    board.mode = "paused";
    const seen = board.seen.length;
    const under = Array.from({ length: ROOM }, () => create(newUuid()));
    await until(() => board.seen.length === seen + ROOM);
    expectProblem(await client.post("/api/v1/tasks", { raw: "no JSON" }), 503, "unavailable");
    expectProblem(await client.post("/api/v1/tasks/shuffle"), 503, "unavailable");
    expectProblem(await client.get(`/api/v1/commands/${newUuid()}`, { token }), 404, "not_found");
    const login = { email: "nobody@test.local", password: "x" };
    expectProblem(await client.post("/api/v1/auth/login", { body: login }), 401, "invalid_credentials");
    const settings = client.patch("/api/v1/me", { token, body: { locale: "ru" } });
    await until(() => board.last().type === "user.change-settings");
    await board.resume();
    expect((await settings).status).to.equal(200);
    for (const answer of await Promise.all(under)) expect(answer.status).to.equal(201);
  });
});
