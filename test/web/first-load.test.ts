/** What a browser must fetch before the first page stands: little, from this origin alone, nothing inline. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { buildWeb } from "../../ops/build-web.ts";

const DIST = fileURLToPath(new URL("../../web/dist/", import.meta.url));
const FIRST_JS_BYTES_MAX = 100_000;

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

describe("the first load of the board", function () {
  this.timeout(120_000);
  let chunks: Readonly<Record<string, Chunk>>;
  let html: string;

  before(async () => {
    await buildWeb();
    chunks = JSON.parse(await readFile(`${DIST}files.json`, "utf8"));
    html = await readFile(`${DIST}index.html`, "utf8");
  });

  it("its script is at most 100 kB, compressed", async () => {
    const files = firstOf("index.html", chunks);
    const sizes = await Promise.all(
      [...files].map(async (file) => gzipSync(await readFile(DIST + file)).length),
    );
    expect(files.size).to.be.greaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(FIRST_JS_BYTES_MAX);
  });

  it("names no other origin, and has no script or style of its own in it", () => {
    expect(html).not.to.match(/(?:src|href)="(?!\/)/);
    expect(html).not.to.match(/<style|\sstyle=|\son\w+=/);
    expect(html).not.to.match(/<script(?![^>]*\ssrc=)/);
  });

  it("its styles fetch nothing from elsewhere", async () => {
    const styles = Object.values(chunks).flatMap(({ css = [] }) => css);
    for (const file of new Set(styles))
      expect(await readFile(DIST + file, "utf8"), file).not.to.match(/@import|url\((?!["']?(?:data:|\/))/);
  });
});

/** An entry's own file and all that it imports before it runs. */
function firstOf(
  entry: string,
  chunks: Readonly<Record<string, Chunk>>,
  found = new Set<string>(),
): Set<string> {
  const { file, imports = [] } = chunks[entry] ?? { file: "" };
  if (file === "") throw new Error(`expected ${entry} in files.json`);
  if (found.has(file)) return found;
  found.add(file);
  for (const imported of imports) firstOf(imported, chunks, found);
  return found;
}
