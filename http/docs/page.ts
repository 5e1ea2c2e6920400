/** The whole page: what the API is, and every operation by its part. Made from the OpenAPI document and nothing else. */
import type { JsonSchema } from "../route.ts";
import { type Html, html, prose } from "./html.ts";
import { type Operation, operationHtml, type Placed } from "./operation.ts";
import { type Schemas, schemaTree } from "./schema.ts";

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Schemas };
}

export function docsPage(given: JsonSchema): string {
  const document = given as unknown as Document;
  const { info, tags, paths, components } = document;
  const placed = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ method, path, operation })),
  );
  const of = (tag: string) => placed.filter(({ operation }) => operation.tags.includes(tag));
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}: the API</title><link rel="stylesheet" href="/api/docs/page.css">
<script type="module" src="/api/docs/page.js"></script></head><body>
<a class="skip" href="#content">To the content</a>
<nav aria-label="Operations"><h1><a href="/">${info.title}</a> API</h1>
<label>Find <input id="find" type="search" placeholder="path, words, role" autocomplete="off"></label>
<p id="found" role="status"></p>${tags.map(({ name }) => navigation(name, of(name)))}</nav>
<main id="content" tabindex="-1">${introduction(info, placed.length, components.schemas)}
${tags.map((tag) => section(tag, of(tag.name), components.schemas))}</main></body></html>
`.text;
}

function navigation(tag: string, placed: readonly Placed[]): Html {
  const items = placed.map(
    ({
      method,
      path,
      operation,
    }) => html`<li data-for="${operation.operationId}"><a href="#${operation.operationId}">
<span class="method ${method}">${method.toUpperCase()}</span> ${path.replace("/api/v1", "")}</a></li>`,
  );
  return html`<h2><a href="#tag-${tag}">${tag}</a></h2><ul>${items}</ul>`;
}

function introduction(info: Document["info"], operations: number, schemas: Schemas): Html {
  return html`<section><h2>How to begin</h2><p>${info.description} ${operations} operations; version ${info.version}.</p>
<pre class="example" tabindex="0">ATES=http://127.0.0.1:8080
TOKEN=$(curl -s "$ATES/api/v1/auth/login" -H "Content-Type: application/json" \\
  -d '{"email":"popug01@ates.local","password":"…"}' | jq -r .accessToken)
curl "$ATES/api/v1/accounts/me" -H "Authorization: Bearer $TOKEN"</pre>
<ul><li>${prose("A success answer to a command means that it is committed. What takes longer is `202` with a `Location` that tells its outcome.")}</li>
<li>${prose("Commands take an `Idempotency-Key`: a repeat under the same key gets the first answer, and does nothing twice.")}</li>
<li>${prose("Lists answer `items` and `next`: give `next` back as `cursor` for the page after.")}</li>
<li>${prose("Money is whole minor units, in members that end in `Minor`. Times are RFC 3339 in UTC; business dates are the company's.")}</li>
<li>${prose("Answers name the rate that counts in `RateLimit`; beyond it comes `429` with `Retry-After`.")}</li></ul>
<p>For programs: <a href="/api/openapi.json">OpenAPI 3.1</a>, and <a href="/api/asyncapi.json">AsyncAPI 3</a> of the streams.</p>
<h3 id="problem">A problem</h3><p>Whatever is refused is answered by RFC 9457, as <code>application/problem+json</code>:</p>
${schemaTree(schemas.problem ?? {}, schemas)}</section>`;
}

function section(tag: Document["tags"][number], placed: readonly Placed[], schemas: Schemas): Html {
  const operations = placed.map((each) => operationHtml(each, schemas));
  return html`<section id="tag-${tag.name}"><h2>${tag.name}</h2><p>${prose(tag.description)}</p>${operations}</section>
`;
}
