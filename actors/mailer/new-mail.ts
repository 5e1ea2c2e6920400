/** A mail as it begins, and when it is looked at again while its person is not known here yet. */
import type { Context } from "../runtime/actor.ts";
import { type Mail, mailKey } from "./state.ts";

const LOOK_FIRST_MS = 1_000;
export const LOOK_MAX_MS = 60_000;

/** Its recipient and its words come when it is handed over. */
export function newMail(
  of: Pick<Mail, "id" | "userId" | "template" | "businessDate">,
  { now }: Context,
): Mail {
  return {
    ...of,
    key: mailKey(of.id),
    recipient: undefined,
    subject: "",
    state: "pending",
    attempts: 0,
    failure: undefined,
    createdAt: now,
    updatedAt: now,
  };
}

/** After 1 s, 2 s, 4 s … a minute. */
export function lookAgainAtMs(looks: number, { nowMs }: Context): number {
  return nowMs + Math.min(LOOK_FIRST_MS * 2 ** looks, LOOK_MAX_MS);
}
