/**
 * Whatever is sent, the edge answers with what its document describes, and never with a fault of its own. Bodies are
 * held against the document as all answers of a test run are (test/support/answers).
 * `ATES_FUZZ_SEED=N` sends the requests of an earlier run again, `ATES_FUZZ_REQUESTS=N` as many.
 */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import { SandboxGateway } from "../../../actors/payment/sandbox-gateway.ts";
import { lineOf } from "../../../ops/verify/finding.ts";
import { verifyLedger } from "../../../ops/verify/verify-ledger.ts";
import type { Role } from "../../../schemas/envelope.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { tokenOf } from "../../support/api.ts";
import { type ApiDocument, readDocument } from "../../support/contract/operations.ts";
import { PASSWORD, ROLES, type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, type World } from "../../support/world.ts";
import { type DrawnRequest, requestsOf } from "./drawn-request.ts";
import { NamedThings } from "./named-things.ts";
import { type FuzzAnswer, FuzzSender } from "./sender.ts";

const SEED = Number(process.env.ATES_FUZZ_SEED ?? randomInt(2 ** 31));
const REQUESTS = Number(process.env.ATES_FUZZ_REQUESTS ?? 20_000);
/** With fewer, what is asked seldom may not be asked at all. */
const ENOUGH_FOR_ALL = 20_000;
const AT_ONCE = 24;
const DRAWN_AT_ONCE = 500;
/** A busy machine's part may be away for a moment; one that stays away is a fault. */
const TRIES_OF_UNAVAILABLE = 20;
const FAULTS_SHOWN = 10;

describe(`fuzz of the API, seed ${SEED}`, function () {
  this.timeout(600_000);
  const things = new NamedThings();
  const statuses = new Map<number, number>();
  const asked = new Set<string>();
  const faults: string[] = [];
  let world: World;
  let baseUrl: string;
  let people: Readonly<Record<Role, SignedIn>>;
  let document: ApiDocument;
  let sender: FuzzSender;
  let doorUrl: string;
  const doors = new Map<Role, Promise<string>>();
  const tokens = new Map<string, string>();

  before(async () => {
    world = await newWorld({ ATES_RATE_PER_SECOND: "1000000" });
    await world.worker({ payment: new SandboxGateway() });
    baseUrl = await world.edge();
    doorUrl = await world.edge();
    people = await signInAll(world, baseUrl);
    document = await readDocument(baseUrl);
    for (const role of ROLES) tokens.set(role, people[role].token);
    const ids = Object.values(people).map(({ id }) => id);
    sender = new FuzzSender(baseUrl, things, ids, AT_ONCE);
    await firstThings();
  });
  after(async () => {
    sender.close();
    await world.end();
  });

  it(`EDGE-1: ${REQUESTS} requests of every role get no 5xx and no status that is not described`, async () => {
    const requests = requestsOf(document);
    for (let drawn = 0; drawn < REQUESTS; drawn += DRAWN_AT_ONCE) {
      const numRuns = Math.min(DRAWN_AT_ONCE, REQUESTS - drawn);
      const waiting = fc.sample(requests, { seed: SEED + drawn, numRuns });
      await Promise.all(Array.from({ length: AT_ONCE }, () => sendAll(waiting)));
      if (faults.length >= FAULTS_SHOWN) break;
    }
    const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    process.stdout.write(
      `    ${asked.size} of ${document.operations.length} operations; ${counts.join(", ")}\n`,
    );
    expect(faults.slice(0, FAULTS_SHOWN).join("\n"), `ATES_FUZZ_SEED=${SEED} sends them again`).to.equal("");
    if (REQUESTS >= ENOUGH_FOR_ALL) expect(asked.size).to.equal(document.operations.length);
  });

  it("a fifth of them and more succeed, so that they reach what is behind the checks", () => {
    const good = [...statuses].filter(([status]) => status < 300).reduce((sum, [, count]) => sum + count, 0);
    expect(good / REQUESTS).to.be.above(0.2);
  });

  it("OPS-3 INV-6: the books hold while what follows from it is still on its way", async () => {
    const found = await verifyLedger(world.pool, world.company);
    expect(found.filter(({ verdict }) => verdict === "broken").map(lineOf)).to.deep.equal([]);
  });

  /** So that the first requests already find something. */
  async function firstThings(): Promise<void> {
    const { admin, manager } = people;
    for (let n = 0; n < 20; n++) await manager.api("POST", "/tasks", { title: `Task ${n}` });
    for (const role of ["employee", "accountant"])
      await admin.api("POST", "/users", { email: `${newUuid()}@ates.test`, name: "A popug", role });
    for (const path of ["/tasks", "/users", "/accounts", "/days"]) {
      const { body } = await admin.api("GET", path);
      things.keep(`/api/v1${path}`, body, null);
    }
  }

  async function sendAll(waiting: DrawnRequest[]): Promise<void> {
    for (let drawn = waiting.shift(); drawn !== undefined; drawn = waiting.shift()) {
      const answer = await send(drawn);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      asked.add(drawn.operation.name);
      note(drawn, answer);
    }
  }

  async function send(drawn: DrawnRequest): Promise<FuzzAnswer> {
    for (let tried = 1; ; tried++) {
      const answer = await sender.send(drawn, tokens.get(drawn.caller));
      if (answer.status === 401 && drawn.caller !== "nobody" && !drawn.operation.isPublic && tried === 1)
        await signInAgain(drawn.caller);
      else if (answer.status !== 503 || tried === TRIES_OF_UNAVAILABLE) return answer;
      else await sleep(200);
    }
  }

  /**
   * A request may have ended the session that it was sent in. Once for all who notice, and at another door: this one is slow
   * for whoever has guessed passwords at it.
   */
  async function signInAgain(role: Role): Promise<void> {
    const signingIn = doors.get(role) ?? tokenOf(doorUrl, `${role}@test.local`, PASSWORD);
    doors.set(role, signingIn);
    tokens.set(role, await signingIn);
    doors.delete(role);
  }

  function note({ operation, caller }: DrawnRequest, answer: FuzzAnswer): void {
    const { status, text, location } = answer;
    if (status >= 500 || !operation.statuses.includes(status))
      faults.push(`${caller}: ${answer.asked.slice(0, 2_000)}\n  → ${status} ${text.slice(0, 500)}`);
    if (status >= 300 || !text.startsWith("{")) return;
    things.keep(operation.path, JSON.parse(text), location);
  }
});
