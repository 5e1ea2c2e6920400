import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { createMetrics } from "../../ops/metrics.ts";
import { addLetter } from "../http/letter-rows.ts";
import { newWorld, type World } from "../support/world.ts";
import { checkout } from "./scratch.ts";

const text = (path: string) => readFileSync(join(checkout, path), "utf8");

describe("metrics of what only Postgres knows", function () {
  this.timeout(30_000);
  let world: World;
  let close: () => void;
  let url: string;

  before(async () => {
    world = await newWorld();
    const server = await createMetrics().listen(0, "127.0.0.1", world.pool);
    close = () => server.close();
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  });
  after(async () => {
    close();
    await world.end();
  });

  const letters = async (): Promise<string[]> =>
    (await (await fetch(url)).text())
      .split("\n")
      .filter((line) => line.startsWith("ates_dead_letters{"))
      .sort();

  it("OPS-1 EVT-4: dead letters are counted by state and code, and what is gone is counted no more", async () => {
    expect(await letters()).to.deep.equal([]);
    await addLetter(world.pool, { state: "held" });
    const dead = [await addLetter(world.pool), await addLetter(world.pool)];
    await addLetter(world.pool, { state: "parked", code: "waits" });
    expect(await letters()).to.deep.equal([
      'ates_dead_letters{state="dead",code="handler_failed"} 2',
      'ates_dead_letters{state="held",code="handler_failed"} 1',
      'ates_dead_letters{state="parked",code="waits"} 1',
    ]);
    await world.pool.query("delete from dead_letters where id = any($1)", [dead.map(({ id }) => id)]);
    expect(await letters()).to.have.length(2);
  });
});

describe("alerts", () => {
  const alerts = text("ops/observability/alerts.yml");

  it("OPS-1: are read by Prometheus, from a file that is mounted", () => {
    const [, path] = /^rule_files: \[(.+)\]$/m.exec(text("ops/observability/prometheus.yml")) ?? [];
    expect(text("docker-compose.yml")).to.include(`./ops/observability/alerts.yml:${path}:ro`);
  });

  it("OPS-1: ask only metrics and labels that are documented, and name a runbook that is there", () => {
    const documented = new Map(
      [...text("ops/grafana/README.md").matchAll(/^\| `(ates_\w+)`\s*\|\s*\w+\s*\|([^|]*)\|/gm)].map(
        ([, metric, labels]) => [metric, (labels ?? "").split(",").map((label) => label.trim())],
      ),
    );
    const asked = [...alerts.matchAll(/by \(([^)]+)\) \((ates_\w+)\{(\w+)=/g)];
    expect(asked).to.have.length((alerts.match(/- alert:/g) ?? []).length);
    for (const [, by, metric, label] of asked)
      expect(documented.get(metric), metric).to.include.members([...(by ?? "").split(", "), label]);
    const runbooks = [...alerts.matchAll(/runbook: (\S+)/g)].map(([, path]) => path as string);
    expect(runbooks).to.have.length(asked.length);
    for (const path of runbooks) expect(existsSync(join(checkout, path)), path).to.equal(true);
  });
});
