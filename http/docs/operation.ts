/** One operation of the document as a part of the page. */
import type { JsonSchema } from "../route.ts";
import { type Html, html, prose } from "./html.ts";
import { exampleOf, type Schemas, schemaTree } from "./schema.ts";

interface Media {
  readonly schema: JsonSchema;
}

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description?: string }>>;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface Operation {
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly "x-roles"?: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly description?: string; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Placed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function operationHtml(placed: Placed, schemas: Schemas): Html {
  const { method, path, operation } = placed;
  return html`<details class="operation" id="${operation.operationId}">
<summary><span class="method ${method}">${method.toUpperCase()}</span> <code class="path">${path}</code>
<span class="what">${operation.summary}</span> <span class="access">${accessOf(operation)}</span></summary>
<div class="body">${paragraph(operation.description)}${parametersHtml(operation, schemas)}${requestHtml(operation, schemas)}
<h4>Try it</h4><pre class="example" tabindex="0">${curlOf(placed, schemas)}</pre>
<h4>Answers</h4>${Object.entries(operation.responses).map(([status, each]) => responseHtml(status, each, schemas))}
</div></details>
`;
}

export function accessOf({ security, "x-roles": roles }: Operation): string {
  if (security.length === 0) return "anyone";
  return roles === undefined ? "signed in" : roles.join(", ");
}

function paragraph(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<p>${prose(text)}</p>`;
}

function parametersHtml({ parameters }: Operation, schemas: Schemas): Html | undefined {
  if (parameters.length === 0) return undefined;
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) => html`<tr>
<th scope="row"><code>${name}</code>${required === true ? undefined : html` <span class="optional">optional</span>`}</th>
<td>${place}</td><td>${prose(description)} ${schemaTree(schema, schemas)}</td></tr>`,
  );
  return html`<h4>Parameters</h4><table><thead><tr><th scope="col">Name</th><th scope="col">In</th>
<th scope="col">What it is</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function requestHtml({ requestBody }: Operation, schemas: Schemas): Html | undefined {
  if (requestBody === undefined) return undefined;
  const forms = Object.entries(requestBody.content).map(
    ([type, { schema }]) => html`<p><code>${type}</code> ${schemaTree(schema, schemas)}</p>`,
  );
  return html`<h4>Body</h4>${paragraph(requestBody.description)}${forms}`;
}

function responseHtml(
  status: string,
  { description, headers = {}, content = {} }: Response,
  schemas: Schemas,
): Html {
  const sent = Object.keys(headers).map((name) => html` <code>${name}</code>`);
  const forms = Object.entries(content).map(([type, { schema }]) =>
    type === "application/problem+json"
      ? html`<p><code>${type}</code> <a href="#problem">a problem</a></p>`
      : html`<p><code>${type}</code> ${schemaTree(schema, schemas)}</p>`,
  );
  const kind = Number(status) < 400 ? "good" : "bad";
  return html`<details class="response"><summary><span class="status ${kind}">${status}</span> ${description}</summary>
${forms}${sent.length === 0 ? undefined : html`<p>Headers:${sent}</p>`}</details>`;
}

function curlOf({ method, path, operation }: Placed, schemas: Schemas): string {
  const { parameters, requestBody, security } = operation;
  const exampleIn = ({ name, schema }: Parameter) => String(exampleOf(schema, schemas, name));
  const filled = parameters
    .filter((each) => each.in === "path")
    .reduce((text, each) => text.replace(`{${each.name}}`, exampleIn(each)), path);
  const query = parameters.filter((each) => each.in === "query" && each.required === true);
  const search = query.map((each) => `${each.name}=${exampleIn(each)}`).join("&");
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const lines = [
    `curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} "$ATES${filled}${search === "" ? "" : `?${search}`}"`,
    ...(security.length === 0 ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(parameters.some(({ name }) => name === "Idempotency-Key")
      ? ['-H "Idempotency-Key: $(uuidgen)"']
      : []),
    ...(type === undefined ? [] : [`-H "Content-Type: ${type}"`]),
    ...(type === "application/json"
      ? [`-d '${JSON.stringify(exampleOf(media?.schema ?? {}, schemas))}'`]
      : []),
    ...(type !== undefined && type !== "application/json" ? ["--data-binary @file"] : []),
  ];
  return lines.join(" \\\n  ");
}
