import { expect } from "chai";
import { newUuid } from "../../../schemas/ids.ts";
import { streamKey } from "../../../streams/topology.ts";
import { register } from "../../support/client.ts";
import { newWorld, until, type World } from "../../support/world.ts";
import { runAtes } from "./run-ates.ts";

describe("ates dead-letters", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
    await world.worker();
    await register(world, "Popug");
  });
  after(() => world.end());

  it("OPS-3: says that there are none", async () => {
    expect(await runAtes(["dead-letters"], { world })).to.deep.equal({
      code: 0,
      out: "no dead letters\n",
      err: "",
    });
  });

  it("EVT-4 OPS-3: lists what could not be handled with its reason, and shows one with its envelope", async () => {
    const envelope = JSON.stringify({
      specversion: "1.0",
      type: "tasks.shred",
      data: { title: "\u001b[31mred\u009b" },
    });
    await world.redis.xadd(streamKey({ topic: "task-board", partition: 0 }), "*", "e", envelope);
    const id = await until(
      async () => (await world.pool.query<{ id: string }>("select id from dead_letters")).rows[0]?.id,
      "it is kept",
    );
    const listed = await runAtes(["dead-letters", "list"], { world });
    expect(listed.out).to.match(
      new RegExp(`^${id}  .*  task-board/0  unknown  tasks\\.shred  1      dead   +\\w+: `, "m"),
    );
    expect(listed.out).to.match(/\n1 dead letter\n$/);
    const shown = await runAtes(["dead-letters", "show", id], { world });
    expect(shown.out).to.include(`id         ${id}\n`).and.to.include('"type": "tasks.shred"');
    const isTame = !/\p{Cc}/u.test(shown.out.replaceAll("\n", ""));
    expect(isTame, "no control character of a stranger reaches the terminal").to.equal(true);
    const { total, deadLetters } = JSON.parse((await runAtes(["dead-letters", "--json"], { world })).out);
    expect(total).to.equal(1);
    expect(deadLetters[0]).to.include({ id, kind: "task-board", type: "tasks.shred", state: "dead" });
    const one = JSON.parse((await runAtes(["dead-letters", "show", id, "--json"], { world })).out);
    expect(one.envelope).to.equal(envelope);
  });

  it("OPS-3: an id that is none, or unknown, is answered with a sentence", async () => {
    const wrong = await runAtes(["dead-letters", "show", "first"], { world });
    expect([wrong.err, wrong.code]).to.deep.equal([
      "ates: show: expected the id of a dead letter, got first\n",
      2,
    ]);
    const id = newUuid();
    const unknown = await runAtes(["dead-letters", "show", id], { world });
    expect([unknown.err, unknown.code]).to.deep.equal([`ates: there is no dead letter ${id}\n`, 1]);
    const verb = await runAtes(["dead-letters", "burn", id], { world });
    expect([verb.err, verb.code]).to.deep.equal(["ates: expected list, show, replay or drop, got burn\n", 2]);
  });
});
