// Docker does not run where these tests do; what can be compared without it is compared.

import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { describeConfig } from "../../ops/config.ts";
import { checkout } from "./scratch.ts";

const text = (path: string) => readFileSync(join(checkout, path), "utf8");
const compose = text("docker-compose.yml");
const metricPattern = /\bates_[a-z_]+?(?=_bucket|_count\b|[^a-z_])/g;

function metricsIn(source: string): string[] {
  return [...new Set(source.match(metricPattern) ?? [])].sort();
}

const documented = metricsIn(text("ops/grafana/README.md"));

describe("the stack for containers", () => {
  it("mounts only files that exist", () => {
    const mounts = [...compose.matchAll(/(\.\/[\w./-]+):\/[^\s"]+:ro/g)].map(([, path]) => path as string);
    expect(mounts).to.have.length.greaterThan(5);
    for (const path of mounts) expect(existsSync(join(checkout, path)), path).to.equal(true);
  });

  it("copies into the image every folder that the code is in", () => {
    const copied = [...text("ops/Dockerfile").matchAll(/^COPY (\w+) \.\/\1$/gm)].map(([, folder]) => folder);
    const imported = [...text("main.ts").matchAll(/"\.\/(\w+)\//g)].map(([, folder]) => folder);
    expect(copied).to.include.members([...imported, "schemas", "streams", "actors", "http", "ops"]);
  });

  it("sets only what the configuration knows", () => {
    const known = describeConfig({}).map(({ env }) => env);
    const service = compose.slice(compose.indexOf("x-app-environment"), compose.indexOf("\nservices:"));
    const names = [...service.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name as string);
    expect(names).to.include("DATABASE_URL");
    expect(known).to.include.members(names);
  });

  it("publishes every port on loopback only", () => {
    const published = [...compose.matchAll(/ports: \["([^"]+)"\]/g)].map(([, port]) => port as string);
    expect(published).to.have.length(4);
    for (const port of published) expect(port).to.match(/^127\.0\.0\.1:/);
  });

  it("has no password in it", () => {
    for (const [line] of compose.matchAll(/^.*_PASSWORD: .*$/gm))
      expect(line).to.match(/\$\{ATES_\w+_PASSWORD:\?/);
    expect(compose).to.include('GF_AUTH_ANONYMOUS_ENABLED: "false"');
  });
});

describe("the dashboard", () => {
  const dashboard = text("ops/grafana/dashboards/ates.json");

  it("shows every documented metric and no other", () => {
    expect(metricsIn(dashboard)).to.deep.equal(documented);
  });

  it("knows every metric that the code registers", () => {
    const registered = globSync("{ops,http,actors,streams}/**/*.ts", { cwd: checkout })
      .flatMap((path) => [...text(path).matchAll(/name: "(ates_[a-z_]+)"/g)])
      .map(([, name]) => name as string);
    expect(documented).to.include.members(registered);
  });

  it("asks only data sources that are provisioned", () => {
    const provisioned = text("ops/observability/grafana/datasources/datasources.yaml");
    const uids = new Set(
      [...dashboard.matchAll(/"uid": "(prometheus|loki|tempo|[^"]*)"/g)].map(([, uid]) => uid),
    );
    uids.delete("ates");
    for (const uid of uids) expect(provisioned).to.include(`uid: ${uid}`);
  });
});
