import { expect } from "chai";

import { newUuid, type Uuid } from "../../../schemas/ids.ts";
import { addLetter, type LetterRow } from "../../http/letter-rows.ts";
import { newWorld, type World } from "../../support/world.ts";
import { type Ran, runAtes } from "./run-ates.ts";

describe("ates dead-letters replay and drop", function () {
  this.timeout(120_000);
  let world: World;
  /** Does what an owner does: carries out what is asked, in its order. Letters of which it says false fail again. */
  let succeeds: (letter: LetterRow) => boolean;
  let owner: NodeJS.Timeout;
  let carriedOut: { id: Uuid; asked: string }[];
  /** One round after another, as an owner's batches: two at once would both carry out what one of them has. */
  let working: Promise<void> | undefined;

  before(async () => {
    world = await newWorld();
    await world.pool.query(
      "insert into hosts (id, name, beat_at) values ($1, 'a host', now() + interval '1 day')",
      [newUuid()],
    );
  });
  beforeEach(async () => {
    await world.pool.query("truncate dead_letters, audit_log");
    succeeds = () => true;
    carriedOut = [];
    owner = setInterval(() => {
      working ??= work()
        .catch(() => undefined)
        .finally(() => {
          working = undefined;
        });
    }, 50);
  });
  afterEach(async () => {
    clearInterval(owner);
    await working;
  });
  after(() => world.end());

  async function work(): Promise<void> {
    const { rows } = await world.pool.query<LetterRow & { asked: string }>(
      "select * from dead_letters where asked is not null order by asked_at",
    );
    for (const letter of rows) {
      carriedOut.push({ id: letter.id, asked: letter.asked });
      if (letter.asked === "drop")
        await world.pool.query("delete from dead_letters where id = $1", [letter.id]);
      else if (letter.state === "dead") await tryOne(letter);
      else await tryMailbox(letter);
    }
  }

  async function tryOne(letter: LetterRow): Promise<boolean> {
    const isHandled = succeeds(letter);
    await world.pool.query(
      isHandled
        ? "delete from dead_letters where id = $1"
        : "update dead_letters set asked = null, attempts = attempts + 1, last_at = now(), reason = 'still NaN' where id = $1",
      [letter.id],
    );
    return isHandled;
  }

  async function tryMailbox({ id, actor }: LetterRow): Promise<void> {
    const { rows } = await world.pool.query<LetterRow>(
      "select * from dead_letters where actor = $1 and state <> 'dead' order by place",
      [actor],
    );
    for (const letter of rows) if (!(await tryOne(letter))) break;
    await world.pool.query("update dead_letters set asked = null, last_at = now() where id = $1", [id]);
  }

  /** A mailbox of so many: the first has failed, the rest wait behind it. */
  async function addMailbox(actor: string, messages: number): Promise<LetterRow[]> {
    const letters: LetterRow[] = [];
    for (let n = 0; n < messages; n++)
      letters.push(
        await addLetter(world.pool, {
          actor,
          state: n === 0 ? "held" : "parked",
          attempts: n === 0 ? 3 : 0,
        }),
      );
    return letters;
  }

  const ates = (...args: string[]): Promise<Ran> => runAtes(["dead-letters", ...args], { world });
  const left = async () =>
    (await world.pool.query<{ id: Uuid }>("select id from dead_letters order by place")).rows.map(
      ({ id }) => id,
    );
  const deeds = async () =>
    (
      await world.pool.query(
        "select by_id, by_name, action, subject, reason, detail, trace_id from audit_log order by id",
      )
    ).rows;

  it("EVT-4: one letter is replayed, and the audit log says that it was the command line", async () => {
    const { id } = await addLetter(world.pool);
    const { code, out, err } = await ates("replay", id);
    expect([code, err]).to.deep.equal([0, ""]);
    expect(out).to.match(/^handled 1 of 1 dead letter\n$/m);
    const [deed] = await deeds();
    expect(deed).to.include({ by_id: null, by_name: "command line", action: "dead-letter.replay" });
    expect(deed.subject).to.equal(`dead-letter/${id}`);
  });

  it("EVT-4: one that fails again is told with its new reason, and the exit code says so", async () => {
    const { id } = await addLetter(world.pool);
    succeeds = () => false;
    const { code, out } = await ates("replay", id);
    expect(out).to.include(`  ${id}  handler_failed: still NaN\n`);
    expect(out).to.match(/^handled 0 of 1 dead letter; 1 failed again\n$/m);
    expect(code).to.equal(1);
    expect(await left()).to.deep.equal([id]);
  });

  it("G8 EVT-4: a mailbox is asked for once, by its first letter, and all of it is followed", async () => {
    const [first] = await addMailbox("account/1", 4);
    const dead = await addLetter(world.pool, { actor: "account/1" });
    const { code, out } = await ates("replay", "--kind", "account", "--yes", "--json");
    const { failed, ...counts } = JSON.parse(out);
    expect([code, failed]).to.deep.equal([0, []]);
    expect(counts).to.deep.equal({ verb: "replay", letters: 5, asked: 2, done: 5, underWay: 0 });
    expect(carriedOut.map(({ id }) => id)).to.deep.equal([first?.id, dead.id]);
  });

  it("G8: what waits behind one that failed again is told with that one's reason", async () => {
    const letters = await addMailbox("account/2", 4);
    succeeds = ({ id }) => id !== letters[1]?.id;
    const { code, out } = await ates("replay", "--all", "--yes");
    const [, second, third] = letters.map(({ id }) => id);
    expect(out).to.include(`  ${second}  handler_failed: still NaN\n`);
    expect(out).to.include(`  ${third}  waits behind ${second}: handler_failed: still NaN\n`);
    expect(out).to.match(/^handled 1 of 4 dead letters; 3 failed again\n$/m);
    expect(code).to.equal(1);
  });

  it("OPS-3: only what matches is asked for", async () => {
    await addLetter(world.pool, { kind: "mailer", code: "unknown_type" });
    const money = await addLetter(world.pool, { state: "held" });
    const old = await addLetter(world.pool, { kind: "mailer", code: "handler_failed" });
    expect((await ates("replay", "--kind", "mailer", "--code", "unknown_type", "--yes")).code).to.equal(0);
    expect(await left()).to.deep.equal([money.id, old.id]);
    await world.pool.query("update dead_letters set last_at = now() where id = $1", [money.id]);
    expect((await ates("replay", "--since", "1h", "--yes")).code).to.equal(0);
    expect(await left()).to.deep.equal([old.id]);
    const none = await ates("replay", "--type", "tasks.shred", "--yes");
    expect([none.code, none.out]).to.deep.equal([0, "no dead letter matches\n"]);
  });

  it("OPS-3: a dry run says what would be asked, and asks nothing", async () => {
    const letters = await addMailbox("account/3", 3);
    for (const verb of [["replay"], ["drop", "--reason", "x"]]) {
      const { code, out } = await ates(...verb, "--state", "parked", "--dry-run");
      expect(code).to.equal(0);
      const way = verb[0] === "replay" ? ", by asking for 1 of them" : "";
      expect(out).to.include(`would ${verb[0]} 2 dead letters${way}; nothing was asked\n`);
      expect(out).to.include(letters[2]?.id).and.not.include(letters[0]?.id);
    }
    expect(await deeds()).to.deep.equal([]);
    expect(carriedOut).to.deep.equal([]);
  });

  it("OPS-3: many letters are asked for only when that was confirmed", async () => {
    await addLetter(world.pool);
    const { code, err } = await ates("replay", "--all");
    expect([code, err]).to.deep.equal([
      2,
      "ates: replay: 1 dead letter: expected --yes to go on, or --dry-run to see which\n",
    ]);
    expect(await deeds()).to.deep.equal([]);
  });

  it("EVT-4: what is dropped is gone, last first, and the audit log has it whole with the reason", async () => {
    const letters = await addMailbox("account/4", 3);
    const { code, out } = await ates("drop", "--actor", "account/4", "--reason", "entered by hand", "--yes");
    expect(out).to.match(/^dropped 3 of 3 dead letters\n$/m);
    expect(code).to.equal(0);
    const kept = await deeds();
    expect(kept.map(({ detail }) => detail.letter.id)).to.deep.equal(letters.map(({ id }) => id).reverse());
    expect(kept[0].detail.letter.envelope).to.equal(letters[2]?.envelope);
    expect(new Set(kept.map(({ reason }) => reason))).to.deep.equal(new Set(["entered by hand"]));
    expect(new Set(kept.map(({ trace_id }) => trace_id)).size, "one run is one trace").to.equal(1);
  });

  it("OPS-3: letters are asked for at the rate that was wished", async () => {
    for (let n = 0; n < 6; n++) await addLetter(world.pool, { actor: `account/${n}` });
    const { code } = await ates("replay", "--all", "--yes", "--rate", "5");
    expect(code).to.equal(0);
    const { rows } = await world.pool.query(
      "select extract(epoch from max(at) - min(at))::float8 as seconds from audit_log",
    );
    expect(rows[0].seconds).to.be.within(0.9, 3);
  });

  it("OPS-3: when nobody carries it out in time, what is asked is kept", async () => {
    clearInterval(owner);
    const { id } = await addLetter(world.pool);
    const { code, out } = await ates("replay", id, "--wait", "1");
    expect(out).to.match(/^handled 0 of 1 dead letter; 1 still under way: what is asked is kept\n$/m);
    expect(code).to.equal(1);
    const second = await ates("drop", id, "--reason", "x", "--wait", "0", "--json");
    expect(JSON.parse(second.out)).to.deep.equal({ verb: "drop", letters: 1, asked: 0 });
    const { rows } = await world.pool.query("select asked from dead_letters");
    expect(rows).to.deep.equal([{ asked: "replay" }]);
  });

  it("OPS-3: without a living worker nothing is asked; of an unknown letter it is said", async () => {
    const { id } = await addLetter(world.pool);
    const gone = newUuid();
    expect((await ates("replay", gone)).err).to.equal(`ates: there is no dead letter ${gone}\n`);
    await world.pool.query("update hosts set beat_at = now() - interval '1 minute'");
    const { code, err } = await ates("replay", id);
    expect(err).to.match(/^ates: no worker is alive, so nobody would carry it out: start `ates worker`/);
    expect(code).to.equal(1);
    expect(await deeds()).to.deep.equal([]);
  });
});
