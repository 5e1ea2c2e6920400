import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type Api, signIn } from "../support/api.ts";
import { PASSWORD, type System, startSystem } from "../support/system.ts";
import { until } from "../support/world.ts";

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** A real OTLP/HTTP receiver: what a collector would be given. */
class Receiver {
  readonly spans: Span[] = [];
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      this.#take(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(request: { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }): void {
    for (const { scopeSpans } of request.resourceSpans) {
      for (const { spans } of scopeSpans) this.spans.push(...spans);
    }
  }

  namesOf(traceId: string): string[] {
    return this.spans.filter((span) => span.traceId === traceId).map((span) => span.name);
  }
}

describe("one trace from the click to the receipt", function () {
  this.timeout(120_000);
  const receiver = new Receiver();
  let system: System;
  let admin: Api;
  let popug: Api;
  const found = new Map<string, string>();

  before(async () => {
    system = await startSystem({
      OTEL_EXPORTER_OTLP_ENDPOINT: await receiver.listen(),
      OTEL_BSP_SCHEDULE_DELAY: "200",
    });
    admin = await signIn(system.boardUrl, "admin@ates.local", PASSWORD);
    const person = { email: "popug@ates.local", name: "Popug", role: "employee", password: PASSWORD };
    expect((await admin("POST", "/users", person)).status).to.equal(201);
    popug = await signIn(system.boardUrl, "popug@ates.local", PASSWORD);
    const { body: task } = await until(async () => {
      const created = await popug("POST", "/tasks", { title: "Whistle" });
      return created.status === 201 && created;
    }, "a task can be assigned");
    expect((await popug("POST", `/tasks/${task.id}/complete`)).status).to.equal(200);
    const { businessDate } = (await admin("GET", "/company")).body;
    await until(async () => (await popug("GET", "/accounts/me")).body.balanceMinor > 0, "the reward is paid");
    expect((await admin("POST", `/days/${businessDate}/close`)).status).to.equal(202);
    await until(
      async () => {
        const { items } = (await (await fetch(`${system.mailboxUrl}/messages.json`)).json()) as {
          items: { subject: string }[];
        };
        return items.some(({ subject }) => subject.startsWith("Your payout"));
      },
      "the receipt is there",
      60_000,
    );
    expect(await system.stop()).to.equal(0);
    for (const { name, traceId } of receiver.spans) found.set(name, traceId);
  });

  after(async () => {
    await system?.stop();
    receiver.close();
  });

  it("OPS-1: a completion is one trace through edge, board, account and analytics", () => {
    const names = receiver.namesOf(found.get("process task.complete") ?? "");
    expect(names).to.include.members([
      "process task.complete",
      "process task.completed",
      "process ledger.entry-posted",
    ]);
    expect(names).to.include("POST /api/v1/tasks/{id}/complete");
  });

  it("OPS-1: a close is one trace through board, accounts, payment and mail", () => {
    const names = receiver.namesOf(found.get("process day.close") ?? "");
    expect(names).to.include.members([
      "process day.close",
      "process day.ended",
      "process close.continue",
      "process payout.requested",
      "call payment.submit",
      "process payment.answered",
      "process payout.settled",
      "call mail.deliver",
      "process mail.answered",
    ]);
  });

  it("OPS-1: spans name calls and keys, and hold nothing of what was said", () => {
    const told = JSON.stringify(receiver.spans);
    expect(told).to.match(/evalsha ates:\{0\}:task-board /);
    for (const word of ["Whistle", "popug@ates.local", PASSWORD]) expect(told).not.to.include(word);
  });

  it("OPS-1: no span is an orphan", () => {
    const known = new Set(receiver.spans.map((span) => span.spanId));
    const orphans = receiver.spans.filter(
      ({ parentSpanId }) => parentSpanId !== undefined && parentSpanId !== "" && !known.has(parentSpanId),
    );
    expect(orphans.map((span) => span.name)).to.deep.equal([]);
    expect(receiver.spans.length).to.be.greaterThan(50);
  });
});
