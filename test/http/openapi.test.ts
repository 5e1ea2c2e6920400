import { expect } from "chai";
import { fullPath } from "../../http/dispatch.ts";
import { documentRoutes, openapiOf } from "../../http/openapi.ts";
import type { Route, SendCommand } from "../../http/route.ts";
import { commandRoutes } from "../../http/routes/command-routes.ts";
import { healthRoutes } from "../../http/routes/health.ts";
import { readRoutes } from "../../http/routes/read-routes.ts";

const nothing = undefined as never;
const send: SendCommand = () => Promise.reject(new Error("nobody sends"));
const ROUTES: readonly Route[] = [
  ...commandRoutes({
    send,
    database: nothing,
    loads: {
      "task-board": nothing,
      directory: nothing,
      bookkeeper: nothing,
      webhook: nothing,
      scheduler: nothing,
    },
    webhooks: { secret: "of the tests" },
  }),
  ...readRoutes({ database: nothing }),
  ...healthRoutes(() => false),
];

type Operation = { operationId: string; security: unknown[]; parameters: { name: string; in: string }[] };
const document = openapiOf(ROUTES, "1") as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

describe("the OpenAPI document", () => {
  it("EDGE-1: has every route of the table, and nothing else", () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).to.have.members(ROUTES.map((route) => `${route.method} ${fullPath(route)}`));
    expect(document.openapi).to.equal("3.1.0");
  });

  it("every reference leads somewhere, and none leaves the document", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference,
    );
    expect(references.length).to.be.above(10);
    for (const reference of new Set(references)) {
      expect(reference).to.match(/^#\/components\/schemas\//);
      expect(document.components.schemas).to.have.property(reference?.split("/").at(-1) ?? "");
    }
  });

  it("operations have names of their own, and say who may call them", () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(new Set(operations.map((operation) => operation.operationId)).size).to.equal(operations.length);
    const open = operations.filter((operation) => operation.security.length === 0);
    expect(open.map((operation) => operation.operationId)).to.have.members(["getLivez", "getReadyz"]);
  });

  it("every list that names a next page takes limit and cursor", () => {
    const lists = ROUTES.filter(({ responses }) => {
      const { items, next } = (responses[200]?.schema?.properties ?? {}) as Record<string, unknown>;
      return items !== undefined && next !== undefined;
    });
    expect(lists.length).to.be.above(10);
    for (const { path, query } of lists) expect(query, path).to.include.keys("limit", "cursor");
  });

  it("every parameter in a path is described", () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const operation of Object.values(methods)) {
        const described = operation.parameters
          .filter((one) => one.in === "path")
          .map((one) => `{${one.name}}`);
        expect(path.match(/\{\w+\}/g) ?? [], path).to.deep.equal(described);
      }
    }
  });

  it("describes itself", async () => {
    const own = documentRoutes(ROUTES, "1").find(({ path }) => path === "/api/openapi.json");
    const { body } = (await own?.handle(nothing)) ?? {};
    expect((body as typeof document).paths).to.have.property("/api/openapi.json");
  });

  it("the generator's own keyword stays inside", () => {
    expect(JSON.stringify(document)).not.to.include("tsType");
  });
});
