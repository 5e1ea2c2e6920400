/** `ates dead-letters`: messages that could not be handled: list, show, replay, drop (EVT-4, OPS-3). */
import { carryOut } from "../dead-letters/carry-out.ts";
import { orderOf } from "../dead-letters/order.ts";
import { LISTED_MAX, list, show } from "../dead-letters/show.ts";
import type { Command } from "./command.ts";
import { withInstallation } from "./connection.ts";

export const deadLetters: Command = {
  name: "dead-letters",
  usage: "[list | show | replay | drop] [<id> | filters]",
  takesWords: true,
  summary: [
    `Messages that could not be handled: list (the newest ${LISTED_MAX}), show <id>, replay or drop one or those that match.`,
    "",
    "A replay has a message tried again, with all that waits in its mailbox, in order. A drop gives it up for good; the",
    "audit log keeps it whole. Both are carried out by the worker that owns the partition; what is asked is kept in",
    "Postgres when this command is interrupted. Exits 1 when a message failed again, or the time was over.",
  ].join("\n"),
  options: {
    state: { type: "string" },
    kind: { type: "string" },
    actor: { type: "string" },
    code: { type: "string" },
    type: { type: "string" },
    since: { type: "string" },
    all: { type: "boolean" },
    reason: { type: "string" },
    "dry-run": { type: "boolean" },
    yes: { type: "boolean" },
    rate: { type: "string" },
    wait: { type: "string" },
    json: { type: "boolean" },
  },
  optionHelp: {
    "--state S": "only those that are parked, held or dead",
    "--kind K, --actor A": "only those of a kind of actor, of one actor",
    "--code C, --type T": "only those that failed with a code, only messages of a type",
    "--since S": "only what happened since 30m, 2h, 3d, or 2026-10-05T12:00:00Z",
    "--all": "replay: whatever there is",
    '--reason "why"': "drop: required, for the audit log",
    "--dry-run": "replay, drop: say what would be asked, and ask nothing",
    "--yes": "replay, drop by filter: without asking first",
    "--rate N": "replay, drop: ask for N a second at most (default 50)",
    "--wait N": "replay, drop: N seconds for all of it to be done (default 60; 0 = do not wait)",
    "--json": "one JSON document instead of text",
  },
  run: (args) => {
    const order = orderOf(args);
    return withInstallation(({ pool, config }) => {
      if (order.verb === "list") return list(pool, order.filter, order.isJson);
      if (order.verb === "show") return show(pool, order.id, order.isJson);
      return carryOut(pool, config, order);
    });
  },
};
