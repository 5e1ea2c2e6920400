/** The kinds of mails and the states of one (PAY-5), for the actor, the edge and the page. */
export const MAIL_KINDS = [
  "receipt",
  "payout-failed",
  "statement",
  "assigned",
  "webhook-disabled",
  "invitation",
  "reset",
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export const MAIL_STATES = ["pending", "sent", "failed"] as const;
export type MailState = (typeof MAIL_STATES)[number];
