/**
 * Ceiling: a server that refuses every request without looking at it: what a refusal costs those who send it and whoever
 * answers it. Its argument is the port.
 */
import { createServer } from "node:net";

/** As long as the edge's refusals. */
const BODY = JSON.stringify({ code: "unavailable", detail: "x".repeat(250) });
const HEAD = [
  "HTTP/1.1 503 Service Unavailable",
  `Content-Length: ${BODY.length}`,
  `X-Like: ${"x".repeat(650)}`,
];
const ANSWER = `${HEAD.join("\r\n")}\r\n\r\n${BODY}`;

const server = createServer({ noDelay: true }, (socket) => {
  // Its callers send one request at a time on each connection, in one piece.
  socket.on("data", () => socket.write(ANSWER, "latin1"));
  socket.on("error", () => undefined);
});
server.listen(Number(process.argv[2]), "127.0.0.1");
