import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { checkout, isRunning, processGroup, removeFolder, scratchFolder, until } from "./scratch.ts";

/** A stand-in for npm: notes that it ran, takes a moment, brings Node, as the real one does. */
const npm = `#!/bin/sh
echo "$@" >> "$ATES_TEST_NPM_RUNS"
echo "npm warn EBADENGINE Unsupported engine"
sleep 0.5
rm -rf node_modules && mkdir node_modules && ln -s "$ATES_TEST_NODE_PACKAGE" node_modules/node
`;

const brokenNpm = `#!/bin/sh
echo "npm warn EBADENGINE Unsupported engine"
echo "npm error code ENOTFOUND"
exit 1
`;

const program = `
import { writeFileSync } from "node:fs";
const [command, ...rest] = process.argv.slice(2);
let signals: string[] = [];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {
  signals.push(signal);
  setTimeout(() => { console.log("drained after " + signals.join(" ")); process.exit(0); }, 700);
});
if (process.env.ATES_TEST_PID_FILE) writeFileSync(process.env.ATES_TEST_PID_FILE, String(process.pid));
console.log(JSON.stringify({ command, rest, major: process.versions.node.split(".")[0], cwd: process.cwd() }));
if (rest[0] === "exit") process.exit(Number(rest[1]));
if (rest[0] === "die") process.kill(process.pid, "SIGKILL");
if (rest[0] === "wait") setTimeout(() => {}, 20_000);
`;

type Ended = { code: number | null; signal: NodeJS.Signals | null; output: string };

describe("the bootstrap", function () {
  this.timeout(120_000);
  let folder: string;
  let copy: string;
  let pidFile: string;
  let npmRuns: string;

  beforeEach(async () => {
    folder = await scratchFolder();
    copy = join(folder, "checkout");
    pidFile = join(folder, "pid");
    npmRuns = join(folder, "npm-runs");
    await cp(join(checkout, "ops/bootstrap"), join(copy, "ops/bootstrap"), { recursive: true });
    await cp(join(checkout, "ops/bootstrap.mjs"), join(copy, "ops/bootstrap.mjs"));
    await mkdir(join(copy, "ops/cli"));
    await cp(join(checkout, "ops/cli/ates.mjs"), join(copy, "ops/cli/ates.mjs"));
    await write("main.ts", program);
    await write("ops/cli/ates.ts", program);
    await write("ops/instrumentation.ts", 'console.log("instrumented");');
    await write("package.json", '{ "name": "ates", "type": "module" }');
    await write("package-lock.json", lockfile("1.0.0"));
    await provideNpm(npm);
  });

  afterEach(() => removeFolder(folder));

  const write = (path: string, content: string) => writeFile(join(copy, path), content);

  async function provideNpm(script: string): Promise<void> {
    await mkdir(join(folder, "bin"), { recursive: true });
    await writeFile(join(folder, "bin/npm"), script);
    await chmod(join(folder, "bin/npm"), 0o755);
  }

  function environment(path = `${join(folder, "bin")}${delimiter}/usr/bin:/bin`) {
    return {
      PATH: path,
      ATES_TEST_PID_FILE: pidFile,
      ATES_TEST_NPM_RUNS: npmRuns,
      ATES_TEST_NODE_PACKAGE: join(checkout, "node_modules/node"),
    };
  }

  function start(args: string[], { cwd = copy, path }: { cwd?: string; path?: string } = {}) {
    return spawn(process.execPath, [join(copy, "ops/bootstrap.mjs"), ...args], {
      cwd,
      env: environment(path),
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  const run = (args: string[], options = {}) => ended(start(args, options));

  const installs = () => (existsSync(npmRuns) ? readFileSync(npmRuns, "utf8").trim().split("\n").length : 0);

  async function runningProgram(): Promise<{ door: ChildProcess; pid: number; end: Promise<Ended> }> {
    await run(["up", "exit", "0"]);
    await rm(pidFile);
    const door = start(["up", "wait"]);
    const end = ended(door);
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    return { door, pid: Number(readFileSync(pidFile, "utf8")), end };
  }

  it("installs what is missing, then runs Node 26 with the arguments", async () => {
    const { code, output } = await run(["up", "exit", "0"]);
    expect(code).to.equal(0);
    expect(output).to.include("instrumented");
    expect(said(output)).to.deep.equal({ command: "up", rest: ["exit", "0"], major: "26", cwd: copy });
    expect(await readFile(npmRuns, "utf8")).to.equal("ci --no-audit --no-fund --include=dev\n");
  });

  it("keeps npm's chatter in the log", async () => {
    const { output } = await run(["up"]);
    expect(output).not.to.include("EBADENGINE");
    expect(await readFile(join(copy, ".ates/install.log"), "utf8")).to.include("EBADENGINE");
  });

  it("installs once for commands that start together", async () => {
    const endings = await Promise.all([run(["up"]), run(["hello"]), run(["up"])]);
    expect(endings.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
    expect(installs()).to.equal(1);
  });

  it("installs again only when the lockfile has changed", async () => {
    await run(["up"]);
    await run(["up"]);
    expect(installs()).to.equal(1);
    await write("package-lock.json", lockfile("2.0.0"));
    await run(["up"]);
    expect(installs()).to.equal(2);
  });

  it("takes over a complete install that somebody made by hand", async () => {
    await mkdir(join(copy, "node_modules"));
    await symlink(join(checkout, "node_modules/node"), join(copy, "node_modules/node"));
    await write("node_modules/.package-lock.json", lockfile("1.0.0"));
    await run(["up"]);
    expect(installs()).to.equal(0);
  });

  it("completes an install that is older than the lockfile", async () => {
    await mkdir(join(copy, "node_modules"));
    await symlink(join(checkout, "node_modules/node"), join(copy, "node_modules/node"));
    await write("node_modules/.package-lock.json", lockfile("0.9.0"));
    await run(["up"]);
    expect(installs()).to.equal(1);
  });

  it("takes away the lock of an installer that died", async () => {
    await mkdir(join(copy, ".ates/install.lock"), { recursive: true });
    // The number lives, as our own, but it was given to somebody else before.
    await write(".ates/install.lock/holder", JSON.stringify({ pid: process.pid, startedAt: "1" }));
    expect((await run(["up"])).code).to.equal(0);
    expect(existsSync(join(copy, ".ates/install.lock"))).to.equal(false);
  });

  it("says why an install failed, and lets the next one try", async () => {
    await provideNpm(brokenNpm);
    const failed = await run(["up"]);
    expect(failed.code).to.equal(1);
    expect(failed.output).to.include("npm error code ENOTFOUND").and.not.include("EBADENGINE");
    await provideNpm(npm);
    expect((await run(["up"])).code).to.equal(0);
  });

  it("says that npm is missing", async () => {
    const { code, output } = await run(["up"], { path: join(folder, "nothing") });
    expect(code).to.equal(1);
    expect(output).to.include("npm is missing: install Node.js together with npm.");
  });

  it("ends as the program ends: by exit code or by signal", async () => {
    expect((await run(["up", "exit", "3"])).code).to.equal(3);
    expect((await run(["up", "die"])).signal).to.equal("SIGKILL");
  });

  it("gives every other command to the CLI, where its user stands", async () => {
    const { output } = await run(["verify", "--all"], { cwd: folder });
    expect(said(output)).to.deep.equal({ command: "verify", rest: ["--all"], major: "26", cwd: folder });
  });

  it("works in a checkout that is reached through a link", async () => {
    const link = join(folder, "link");
    await symlink(copy, link);
    const door = spawn(process.execPath, [join(link, "ops/bootstrap.mjs"), "verify"], {
      cwd: link,
      env: environment(),
    });
    expect(said((await ended(door)).output)).to.deep.include({ command: "verify" });
  });

  it("is also what npx ates runs", async () => {
    await run(["up"]);
    const bin = spawn(process.execPath, [join(copy, "ops/cli/ates.mjs"), "verify"], { cwd: folder });
    expect(said((await ended(bin)).output)).to.deep.include({ command: "verify", major: "26" });
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`passes ${signal} on and waits for the program to drain`, async () => {
      const { door, end } = await runningProgram();
      door.kill(signal);
      const { code, output } = await end;
      expect(output).to.include(`drained after ${signal}`);
      expect(code).to.equal(0);
    });
  }

  it("takes the terminal's and npm's SIGINT for one press, and a later one for a second", async () => {
    const once = await runningProgram();
    once.door.kill("SIGINT");
    setTimeout(() => once.door.kill("SIGINT"), 50);
    expect((await once.end).output).to.include("drained after SIGINT\n");
    const twice = await runningProgram();
    twice.door.kill("SIGINT");
    setTimeout(() => twice.door.kill("SIGINT"), 400);
    expect((await twice.end).output).to.include("drained after SIGINT SIGINT\n");
  });

  it("keeps a program with servers out of the terminal's process group", async () => {
    const { door, pid, end } = await runningProgram();
    expect(processGroup(pid)).to.equal(pid);
    door.kill("SIGTERM");
    await end;
  });

  it("takes the program along when it is killed", async function () {
    if (process.platform !== "linux") this.skip();
    const { door, pid } = await runningProgram();
    door.kill("SIGKILL");
    await until(() => !isRunning(pid));
  });
});

function lockfile(version: string): string {
  return JSON.stringify({
    packages: { "": {}, "node_modules/koa": { version }, "node_modules/fsevents": { optional: true } },
  });
}

function said(output: string): unknown {
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) throw new Error(`The program said nothing: ${output}`);
  return JSON.parse(line);
}

function ended(child: ChildProcess): Promise<Ended> {
  let output = "";
  const add = (bytes: Buffer) => {
    output += bytes.toString("utf8");
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, output }));
  });
}
