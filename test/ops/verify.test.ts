import { expect } from "chai";
import { lineOf } from "../../ops/verify/finding.ts";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { newWorld, type World } from "../support/world.ts";
import { makeTraffic, type Traffic } from "./traffic.ts";

describe("ates verify", function () {
  this.timeout(60_000);
  let world: World;
  let traffic: Traffic;
  before(async () => {
    world = await newWorld();
    traffic = await makeTraffic(world);
  });
  after(() => world.end());
  it("probe", async () => {
    for (const f of await verifyLedger(world.pool, world.company)) console.log(lineOf(f));
    console.log((await world.pool.query("select state, count(*) from payouts group by 1")).rows, (await world.pool.query("select balance, entries from accounts")).rows);
  });
});
