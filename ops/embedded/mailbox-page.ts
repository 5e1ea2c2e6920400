// What a reader sees of the mailbox. Letters are strangers' text: everything is escaped, and a letter's HTML is shown only
// in a sandboxed frame whose own policy allows no script, no form and nothing from the network.

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Letter, MailboxStore } from "./mailbox-store.ts";

type Answer = { status: number; type: string; policy: string; body: string };

const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Links may open in a new tab, which then is outside the sandbox; nothing else works. */
const frameSandbox = "allow-popups allow-popups-to-escape-sandbox";
const letterPolicy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox ${frameSandbox}`;

export function mailboxPages(store: MailboxStore): RequestListener {
  return (request, response) => send(response, answer(store, request), request.method === "HEAD");
}

function answer(store: MailboxStore, { method, url, headers }: IncomingMessage): Answer {
  // A page of another site may reach loopback under a name of its own (DNS rebinding).
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? ""))
    return refusal(403, "Unknown host");
  if (method !== "GET" && method !== "HEAD") return refusal(405, "Only GET");
  const path = (url ?? "/").split("?")[0] ?? "/";
  if (path === "/") return page("Mailbox", listOf(store.newestFirst()));
  if (path === "/messages.json") return json({ items: store.newestFirst() });
  if (path === "/style.css") return { status: 200, type: "text/css", policy: pagePolicy, body: style };
  const [, id, part] = /^\/messages\/([0-9a-f-]+)(\/html)?$/.exec(path) ?? [];
  const letter = id === undefined ? undefined : store.find(id);
  if (letter === undefined) return refusal(404, "There is no such page");
  return part === undefined ? page(letter.subject, viewOf(letter)) : frame(letter);
}

function send(response: ServerResponse, { status, type, policy, body }: Answer, headOnly: boolean): void {
  response.writeHead(status, {
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(body),
    "Content-Security-Policy": policy,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
  });
  response.end(headOnly ? undefined : body);
}

function json(value: unknown): Answer {
  return { status: 200, type: "application/json", policy: pagePolicy, body: JSON.stringify(value) };
}

function refusal(status: number, reason: string): Answer {
  return { status, type: "text/plain", policy: pagePolicy, body: `${reason}.\n` };
}

function frame({ html }: Letter): Answer {
  const body = `<!doctype html><base target="_blank">${html}`;
  return { status: 200, type: "text/html", policy: letterPolicy, body };
}

/** Text that is markup already; everything else that goes into `markup` is escaped. */
class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | Markup[];

function markup(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(texts.map((text, index) => text + rendered(parts[index] ?? "")).join(""));
}

function rendered(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(({ text }) => text).join("");
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title: string, content: Markup): Answer {
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title || "(no subject)"} – aTES mailbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>${content}</main>
</body>
</html>
`;
  return { status: 200, type: "text/html", policy: pagePolicy, body: text };
}

function listOf(letters: Letter[]): Markup {
  const heading = markup`<h1>Mailbox</h1>
<p class="quiet">${letters.length} ${letters.length === 1 ? "letter" : "letters"}, newest first.
They go nowhere else. <a href="/messages.json">JSON</a></p>`;
  if (letters.length === 0) return markup`${heading}<p>No letter has come yet.</p>`;
  return markup`${heading}<table>
<thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Date (UTC)</th></tr></thead>
<tbody>${letters.map(rowOf)}</tbody>
</table>`;
}

function rowOf({ id, subject, to, date }: Letter): Markup {
  return markup`<tr>
<td><a href="/messages/${id}">${subject || "(no subject)"}</a></td>
<td>${to.join(", ")}</td>
<td><time datetime="${date}">${readable(date)}</time></td>
</tr>`;
}

function viewOf(letter: Letter): Markup {
  const { id, subject, from, to, date, messageId, text, html, attachments } = letter;
  return markup`<p><a href="/">All letters</a></p>
<h1>${subject || "(no subject)"}</h1>
<dl>
<dt>From</dt><dd>${from}</dd>
<dt>To</dt><dd>${to.join(", ")}</dd>
<dt>Date</dt><dd><time datetime="${date}">${readable(date)} UTC</time></dd>
<dt>Message-ID</dt><dd>${messageId}</dd>
${attachments.map(({ filename, size }) => markup`<dt>Attachment</dt><dd>${filename || "(no name)"}, ${size} bytes</dd>`)}
</dl>
${html === "" ? "" : markup`<iframe title="The letter" sandbox="${frameSandbox}" src="/messages/${id}/html"></iframe>`}
${text === "" ? "" : markup`<h2>As text</h2><pre>${text}</pre>`}`;
}

function readable(date: string): string {
  return date.slice(0, 19).replace("T", " ");
}

const style = `:root { color-scheme: light dark; --line: light-dark(#ccd1d9, #454b55); --quiet: light-dark(#57606a, #a3abb5); }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
.quiet { color: var(--quiet); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: start; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th:last-child, td:last-child { white-space: nowrap; padding-inline-end: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 32rem; border: 1px solid var(--line); border-radius: .5rem; background: #fff; color-scheme: light; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; }
a { color: light-dark(#0b57d0, #8ab4f8); }
`;
