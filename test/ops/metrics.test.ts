import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { FAILURES_IN_A_ROW_MAX } from "../../actors/payment/http-gateway.ts";
import { readConfig } from "../../ops/config.ts";
import { createMetrics, type Metrics } from "../../ops/metrics.ts";
import { paymentGateway } from "../../ops/roles/gateways.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { newUuid } from "../../schemas/ids.ts";
import { addLetter } from "../http/letter-rows.ts";
import { recordedLogger } from "../http/quiet-logger.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { checkout } from "./scratch.ts";

const text = (path: string) => readFileSync(join(checkout, path), "utf8");

describe("metrics at a scrape", function () {
  this.timeout(120_000);
  let world: World;
  let metrics: Metrics;
  let close: () => void;
  let url: string;

  before(async () => {
    world = await newWorld();
    metrics = createMetrics();
    const server = await metrics.listen(0, "127.0.0.1", world.pool);
    close = () => server.close();
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  });
  after(async () => {
    close();
    await world.end();
  });

  const linesOf = async (metric: string): Promise<string[]> =>
    (await (await fetch(url)).text())
      .split("\n")
      .filter((line) => line.startsWith(`${metric}{`))
      .sort();
  const letters = () => linesOf("ates_dead_letters");

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

  it("OPS-1 NOT-1: webhooks are counted by how they stand, failing and disabled ones apart", async () => {
    const add = (state: string, failingSince: string | null) =>
      world.pool.query(
        `insert into webhooks (id, url, types, description, state, secret_version, failing_since, deliveries, under_way,
                               waiting, created_by, created_at, changed_at)
         values ($1, 'https://hooks.example/', '[]', '', $2, 1, $3, 0, 0, 0, $1, now(), now())`,
        [newUuid(), state, failingSince],
      );
    await add("active", null);
    await add("active", "2026-01-01T00:00:00Z");
    await add("deleted", null);
    const failing = 'ates_webhooks{state="failing"} 1';
    expect(await linesOf("ates_webhooks")).to.deep.equal(['ates_webhooks{state="active"} 1', failing]);
    await world.pool.query("update webhooks set state = 'disabled' where failing_since is not null");
    expect(await linesOf("ates_webhooks"))
      .to.include('ates_webhooks{state="disabled"} 1')
      .and.not.include(failing);
  });

  it("OPS-1 JOB-1: schedules are counted as waiting, due and overdue", async () => {
    const dueIn = (seconds: number) =>
      world.pool.query("update schedules set next_due_at = now() + make_interval(secs => $1)", [seconds]);
    for (const [seconds, state] of [
      [3_600, "waiting"],
      [-5, "due"],
      [-300, "overdue"],
    ] as const) {
      await dueIn(seconds);
      expect(await linesOf("ates_schedules")).to.deep.equal([`ates_schedules{state="${state}"} 1`]);
    }
  });

  it("OPS-1 PAY-1: the breaker of the payment provider is 1 while it is left alone, and 0 from its first answer on", async () => {
    let status = 503;
    const provider = createServer((_, response) => void response.writeHead(status).end("{}"));
    await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
    const paymentUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/`;
    const config = { ...readConfig({}), paymentUrl };
    const payment = paymentGateway(config, "JPY", recordedLogger().logger, metrics);
    const ask = () => {
      const data = { payoutId: newUuid(), amountMinor: 1, attempt: 1 };
      const request = { type: "payment.enquire", data, time: new Date().toISOString() };
      return payment.call(request as unknown as Envelope, AbortSignal.timeout(5_000));
    };
    const breaker = () => linesOf("ates_payment_breaker");
    const [closed, open] = [0, 1].map((value) => [`ates_payment_breaker{state="open"} ${value}`]);
    expect(await breaker()).to.deep.equal(closed);
    for (let time = 0; time < FAILURES_IN_A_ROW_MAX; time++) await ask();
    expect(await breaker()).to.deep.equal(open);
    status = 200;
    await until(async () => {
      await ask();
      return (await breaker())[0] === closed?.[0];
    }, "it is asked again, and answers");
    provider.close();
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
