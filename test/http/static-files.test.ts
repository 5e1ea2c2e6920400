import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { EdgeServer } from "../../http/server.ts";
import { EdgeClient, expectProblem } from "./edge-client.ts";
import { recordedLogger } from "./quiet-logger.ts";

const PAGE = { headers: { Accept: "text/html,*/*" } };

describe("the board's files", () => {
  const folder = mkdtempSync(join(tmpdir(), "ates-web-"));
  const root = join(folder, "dist");
  let server: EdgeServer;
  let client: EdgeClient;

  before(async () => {
    mkdirSync(join(root, "assets"), { recursive: true });
    writeFileSync(join(folder, "secret.txt"), "secret");
    writeFileSync(join(root, "index.html"), "<!doctype html><title>aTES</title>");
    writeFileSync(join(root, "assets", "app-B1c2D3e4.js"), "export {};");
    writeFileSync(join(root, "assets", "app-B1c2D3e4.js.br"), brotliCompressSync("export {};"));
    writeFileSync(join(root, "assets", "app-B1c2D3e4.js.gz"), gzipSync("export {};"));
    writeFileSync(join(root, ".env"), "secret");
    server = new EdgeServer({
      routes: [],
      authenticate: () => Promise.reject(new Error("nobody")),
      logger: recordedLogger().logger,
      webRoot: root,
    });
    client = new EdgeClient((await server.listen(0, "127.0.0.1")).port);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it("the page is asked for again each time, a hashed asset never", async () => {
    const page = await client.get("/");
    expect(page.body).to.include("<title>aTES</title>");
    expect(page.headers.get("content-type")).to.equal("text/html; charset=utf-8");
    expect(page.headers.get("cache-control")).to.equal("no-cache");
    const asset = await client.get("/assets/app-B1c2D3e4.js");
    expect(asset.headers.get("content-type")).to.equal("text/javascript; charset=utf-8");
    expect(asset.headers.get("cache-control")).to.equal("public, max-age=31536000, immutable");
  });

  it("what the build has packed is sent packed to those who can unpack it, as what it is", async () => {
    const asked = async (accepted: string) => {
      const headers = { "Accept-Encoding": accepted };
      const response = await fetch(`${client.origin}/assets/app-B1c2D3e4.js`, { headers });
      const told = ["content-encoding", "content-type", "vary"].map((name) => response.headers.get(name));
      return [...told, await response.text()];
    };
    const rest = ["text/javascript; charset=utf-8", "Accept-Encoding", "export {};"];
    expect(await asked("gzip, deflate, br")).to.deep.equal(["br", ...rest]);
    expect(await asked("gzip, br;q=0")).to.deep.equal(["gzip", ...rest]);
    expect(await asked("identity")).to.deep.equal([null, ...rest]);
  });

  it("what has not changed is not sent again", async () => {
    const etag = (await client.get("/")).headers.get("etag") ?? "";
    expect(await verbatim(client.origin, "/", { "If-None-Match": etag })).to.equal("304 ");
    expect(await verbatim(client.origin, "/", { "If-None-Match": '"other"' })).to.match(/^200 <!doctype/);
  });

  it("a path that the board routes itself is the page, for browsers that ask for one", async () => {
    expect((await client.get("/tasks/42", PAGE)).body).to.include("<title>aTES</title>");
    expectProblem(await client.get("/tasks/42"), 404, "not_found");
    expectProblem(await client.get("/missing.js", PAGE), 404, "not_found");
  });

  it("a wrong path of the API is never the page", async () => {
    for (const path of ["/api/v1/nothing", "/api", "/livez/x", "/.well-known/x"]) {
      expectProblem(await client.get(path, PAGE), 404, "not_found");
    }
  });

  it("nothing beside the folder is served, however the path is written", async () => {
    const paths = [
      "/../secret.txt",
      "/assets/../../secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/..%5csecret.txt",
      "/.env",
      "/index.html%00.js",
      "//etc/passwd",
      "/%zz",
    ];
    for (const path of paths) {
      const answer = await verbatim(client.origin, path);
      expect(answer, path).to.match(/^404 /).and.not.include("secret\n").and.not.include("root:");
    }
  });

  it("only GET and HEAD are answered", async () => {
    expectProblem(await client.post("/", { body: {} }), 404, "not_found");
    const head = await client.ask("HEAD", "/");
    expect(head.status).to.equal(200);
    expect(head.headers.get("content-length")).to.equal("34");
  });
});

/** fetch would tidy the path up, and ask for the whole file when it is told an ETag. */
function verbatim(origin: string, path: string, headers: Record<string, string> = {}): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (bytes) => {
        text += bytes;
      });
      response.on("end", () => resolve(`${response.statusCode} ${text}`));
    });
    sent.on("error", reject);
    sent.end();
  });
}
