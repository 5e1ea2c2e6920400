import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { loopback } from "../../ops/embedded/free-port.ts";
import { quietPort } from "./servers.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const HEARD_MS = 150;

describe("the chaos run's TCP proxy", () => {
  let echo: Server;
  let proxy: TcpProxy;
  const heardByServer: string[] = [];
  const sockets = new Set<Socket>();

  before(async () => {
    echo = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        heardByServer.push(bytes.toString());
        socket.write(bytes);
      });
    });
    await new Promise<void>((resolve) => echo.listen(0, loopback, resolve));
    proxy = await TcpProxy.open(await quietPort(), (echo.address() as AddressInfo).port);
  });

  afterEach(async () => {
    await proxy.heal();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    heardByServer.length = 0;
  });

  after(async () => {
    await proxy.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  /** What a client hears of what it says, and whether its connection has ended. */
  async function caller(): Promise<{ say(text: string): void; heard: string; ended: string | undefined }> {
    const socket = connect({ host: loopback, port: proxy.port });
    sockets.add(socket);
    const call = {
      say: (text: string) => void socket.write(text),
      heard: "",
      ended: undefined as string | undefined,
    };
    socket.on("data", (bytes) => (call.heard += bytes));
    socket.on("error", (error: NodeJS.ErrnoException) => (call.ended = error.code ?? "error"));
    socket.on("close", () => (call.ended ??= "closed"));
    await new Promise((resolve) => socket.once("connect", resolve).once("error", resolve));
    return call;
  }

  it("carries both ways", async () => {
    const call = await caller();
    call.say("hello");
    await sleep(HEARD_MS);
    expect([call.heard, call.ended]).to.deep.equal(["hello", undefined]);
  });

  it("cuts what is open, and takes what comes after", async () => {
    const first = await caller();
    first.say("a");
    await sleep(HEARD_MS);
    expect(proxy.cut()).to.equal(1);
    await sleep(HEARD_MS);
    expect(first.ended).to.equal("ECONNRESET");
    const second = await caller();
    second.say("b");
    await sleep(HEARD_MS);
    expect(second.heard).to.equal("b");
  });

  it("refuses until it is healed", async () => {
    await proxy.begin({ kind: "refuse" });
    expect((await caller()).ended).to.equal("ECONNREFUSED");
    await proxy.heal();
    expect((await caller()).ended).to.equal(undefined);
  });

  it("is half open: takes connections, swallows everything, and ends them when it is healed", async () => {
    await proxy.begin({ kind: "half-open" });
    const call = await caller();
    call.say("lost");
    await sleep(HEARD_MS);
    expect([call.heard, call.ended, heardByServer]).to.deep.equal(["", undefined, []]);
    await proxy.heal();
    await sleep(HEARD_MS);
    expect(call.ended).to.equal("ECONNRESET");
  });

  it("loses answers: the server has heard, and the caller never learns it", async () => {
    const call = await caller();
    await proxy.begin({ kind: "answers-lost" });
    call.say("commit");
    await sleep(HEARD_MS);
    expect([call.heard, heardByServer]).to.deep.equal(["", ["commit"]]);
    await proxy.heal();
    await sleep(HEARD_MS);
    expect(call.ended).to.equal("ECONNRESET");
  });

  it("stalls and delays without losing anything", async () => {
    const call = await caller();
    await proxy.begin({ kind: "stalled" });
    call.say("late");
    await sleep(HEARD_MS);
    expect(call.heard).to.equal("");
    await proxy.heal();
    await sleep(HEARD_MS);
    expect(call.heard).to.equal("late");
    await proxy.begin({ kind: "delayed", delayMs: 200 });
    call.say("r");
    await sleep(HEARD_MS);
    expect(call.heard).to.equal("late");
    await sleep(500);
    expect(call.heard).to.equal("later");
  });
});
