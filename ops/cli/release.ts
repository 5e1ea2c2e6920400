/** `ates release`: a held account is paid again, because what differed is mended (DAY-4, OPS-3). */
import { hash } from "node:crypto";
import type pg from "pg";
import { isUuid, newUuid, type UserId } from "../../schemas/ids.ts";
import { promiseCommand } from "../promise-command.ts";
import { reconcile } from "../reconcile.ts";
import { type Command, UsageError } from "./command.ts";
import { withInstallation } from "./connection.ts";

export const release: Command = {
  name: "release",
  usage: "<user id> --reason R",
  takesWords: true,
  summary: [
    "Lets a held account be paid again by the next close. Says why, for the audit log.",
    "",
    "Refused while `ates reconcile` still finds a difference of this person, unless --force says that it is mended in",
    "another way, such as by a correction that two people have approved.",
  ].join("\n"),
  options: { reason: { type: "string" }, force: { type: "boolean" } },
  optionHelp: {
    "--reason R": "how it was mended",
    "--force": "although the board and the books still differ",
  },
  run: ({ positionals, values }) => {
    const [accountId = "", ...others] = positionals;
    if (!isUuid(accountId) || others.length > 0) throw new UsageError("expected one user id, a UUID");
    const reason = typeof values.reason === "string" ? values.reason.trim() : "";
    if (reason === "" || reason.length > 500) throw new UsageError("--reason: expected 1 to 500 characters");
    return withInstallation(({ pool }) =>
      letGo(pool, accountId.toLowerCase() as UserId, reason, values.force === true),
    );
  },
};

async function letGo(pool: pg.Pool, accountId: UserId, reason: string, isForced: boolean): Promise<number> {
  const { differences, held } = await reconcile(pool);
  const own = held.find(({ userId }) => userId === accountId);
  if (own === undefined) throw new Error(`${accountId} is not held`);
  const open = differences.filter(({ userId }) => userId === accountId).length;
  if (open > 0 && !isForced) {
    throw new Error(
      `the board and the books still differ in ${open} places for ${own.name}: \`ates reconcile\``,
    );
  }
  const data = { accountId, reason };
  await promiseCommand(pool, {
    id: newUuid(),
    source: "/ates/cli",
    topic: "bookkeeper",
    type: "hold.release",
    subject: `account/${accountId}`,
    data,
    fingerprint: hash("sha256", JSON.stringify(data), "hex"),
    nowMs: Date.now(),
  });
  process.stdout.write(`${own.name} is released as soon as a worker hears of it; the next close pays\n`);
  return 0;
}
