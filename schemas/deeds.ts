/**
 * Deeds: what privileged people do, for the audit log. A command that is listed here has its row in the commit that
 * accepts it, whoever sent it and however late its answer came; what the edge does itself calls `recordDeed`.
 */
import type { Envelope } from "./envelope.ts";
import type { CommandType, DataOf } from "./generated/messages.ts";

export interface Deed {
  /** What was done, as in `dead-letter.replay`. */
  readonly action: string;
  /** To what, as in `dead-letter/<id>`. */
  readonly subject: string;
  readonly reason?: string | undefined;
  readonly detail: object;
}

export interface CommandDeed extends Deed {
  /** Names the sender that is no person. */
  readonly source: string;
}

/** Privileged commands, each with what of its data is written down nowhere. */
const PRIVILEGED: { readonly [T in CommandType]?: readonly (keyof DataOf[T])[] } = {
  "day.close": [],
  "correction.propose": [],
  "correction.approve": [],
  "correction.reject": [],
  "hold.release": [],
  "link.send": [],
  "user.register": ["passwordHash"],
  "user.change": [],
  "payee.change": ["iban"],
  "webhook.create": [],
  "webhook.change": [],
  "webhook.delete": [],
  "webhook.rotate-secret": [],
  "webhook.resend": [],
  "schedule.create": [],
  "schedule.change": [],
  "schedule.remove": [],
  "schedule.run": [],
};

/** The deed of an accepted command; undefined when it is not a privileged one. */
export function deedOf({ type, subject, source, data }: Envelope): CommandDeed | undefined {
  const hidden: readonly string[] | undefined = (PRIVILEGED as Readonly<Record<string, readonly string[]>>)[
    type
  ];
  if (hidden === undefined) return undefined;
  const told = Object.entries(data).filter(([name]) => !hidden.includes(name));
  const { reason, ...detail } = Object.fromEntries(told);
  return { action: type, subject, source, reason: typeof reason === "string" ? reason : undefined, detail };
}
