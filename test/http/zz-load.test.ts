import { newWorld } from "../support/world.ts";
import { signInAll } from "../support/people.ts";
describe("load", function () {
  this.timeout(120_000);
  it("goes", async () => {
    const world = await newWorld();
    await world.worker();
    const url = await world.edge();
    const people = await signInAll(world, url);
    const roles = Object.values(people);
    const counts = new Map<string, number>();
    const t = performance.now();
    const lat: number[] = [];
    let n = 0;
    await Promise.all(Array.from({ length: 128 }, async (_, w) => {
      while (n < 3000) {
        n++;
        const s = performance.now();
        const r = await roles[w % roles.length]!.api("POST", "/tasks", { title: `Task ${n}` });
        lat.push(performance.now() - s);
        const k = `${r.status} ${r.body.code ?? ""} ${r.status===503? r.body.detail:""}`;
        counts.set(k, (counts.get(k) ?? 0) + 1);
      }
    }));
    const s = (performance.now() - t) / 1000;
    lat.sort((a, b) => a - b);
    console.log(Object.fromEntries(counts), `${(n / s).toFixed(0)}/s`, "p50", lat[n >> 1]?.toFixed(1), "p99", lat[Math.floor(n * 0.99)]?.toFixed(1));
    await world.end();
  });
});
