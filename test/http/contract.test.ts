/** The edge's two documents and its page, judged by tools that were not written here. */
import asyncapi from "@asyncapi/parser";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect } from "chai";
import { newAjv, SCHEMA_FILES } from "../../schemas/registry.ts";
import { ALL_TOPICS } from "../../streams/topology.ts";
import { newWorld, type World } from "../support/world.ts";

describe("the interface, described", function () {
  this.timeout(120_000);
  let world: World;
  let baseUrl: string;

  before(async () => {
    world = await newWorld();
    baseUrl = await world.edge();
  });
  after(() => world.end());

  const read = async (path: string) => (await fetch(baseUrl + path)).text();

  it("EDGE-1: the OpenAPI document is clean by the recommended rules of `redocly lint`", async () => {
    // A log-in elsewhere is answered by redirects alone, which that rule takes for a mistake.
    const rules = { "operation-2xx-response": "off" } as const;
    const config = await createConfig({ extends: ["recommended"], rules });
    const source = await read("/api/openapi.json");
    const problems = await lintFromString({ source, absoluteRef: "openapi.json", config });
    expect(
      problems.map(({ severity, ruleId, message, location }) => [
        severity,
        ruleId,
        message,
        location[0]?.pointer,
      ]),
      "a tag without a description: say in http/tags.ts what it stands for",
    ).to.deep.equal([]);
  });

  it("EDGE-1: every schema of the OpenAPI document is one by the meta-schema of JSON Schema", async () => {
    const ajv = newAjv({ validateSchema: true });
    const schemas = schemasIn(JSON.parse(await read("/api/openapi.json")));
    expect(schemas.length).to.be.above(500);
    for (const schema of schemas)
      expect(ajv.validateSchema(schema), `${ajv.errorsText()}: ${JSON.stringify(schema)}`).to.equal(true);
    expect(ajv.validateSchema({ type: "strnig" })).to.equal(false);
  });

  it("EVT-1: the AsyncAPI document is clean by the AsyncAPI initiative's own parser", async () => {
    const { document, diagnostics } = await new asyncapi.Parser().parse(await read("/api/asyncapi.json"));
    expect(
      diagnostics.map(({ code, message, path }) => `${code} ${path.join("/")}: ${message}`),
    ).to.deep.equal([]);
    expect(document?.version()).to.match(/^3\./);
  });

  it("EVT-1: the AsyncAPI document has every topic, and every version of every command and fact in one of them", async () => {
    const { channels } = JSON.parse(await read("/api/asyncapi.json")) as {
      channels: Record<string, { messages: Record<string, unknown> }>;
    };
    expect(Object.keys(channels)).to.have.members(ALL_TOPICS);
    const described = Object.values(channels).flatMap(({ messages }) => Object.keys(messages));
    const spoken = SCHEMA_FILES.filter(({ kind }) => kind !== "internal");
    expect([...new Set(described)]).to.have.members(spoken.map(({ type, version }) => `${type}.v${version}`));
  });

  it("EDGE-1: the page has every operation of the document, and nothing of it is loaded from elsewhere or inline", async () => {
    const page = await read("/api/docs");
    const { paths } = JSON.parse(await read("/api/openapi.json")) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map((each) => each.operationId),
    );
    for (const id of ids) expect(page).to.include(`<details class="operation" id="${id}">`);
    const loaded = [...page.matchAll(/ (?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(
      loaded.filter((address) => address?.startsWith("#") !== true && address?.startsWith("/") !== true),
    ).to.deep.equal([]);
    expect(page).not.to.match(/<style|<script(?! type="module" src=)| style=| on\w+="/);
  });
});

/** What stands under `schema`, of parameters, bodies and answers, and the components that they name. */
function schemasIn(part: unknown, name = ""): object[] {
  if (typeof part !== "object" || part === null) return [];
  if (name === "schema") return [part];
  return Object.entries(part).flatMap(([key, inner]) =>
    schemasIn(inner, name === "schemas" ? "schema" : key),
  );
}
