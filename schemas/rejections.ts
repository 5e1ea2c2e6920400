/**
 * Refusals: values that `decide` returns, never exceptions. Codes are stable and part of the HTTP contract;
 * the number that HTTP gives them is the edge's business (http/problem.ts).
 */
export const REJECTIONS = {
  nobody_to_assign: "Nobody can be given the task: no active person has a role that gets tasks.",
  task_not_found: "There is no such task.",
  task_not_open: "The task is not open any more.",
  task_reassigned: "The task was reassigned to somebody else.",
  not_assignee: "Only the task's assignee may do this.",
  not_allowed: "Only the task's creator, a manager or an admin may do this.",
  version_conflict: "The task has changed since the version that the request names.",
  email_taken: "Somebody is registered with this e-mail address.",
  user_not_found: "There is no such user.",
  last_admin: "The last active admin cannot be disabled or given another role.",
  day_not_started: "The business date has not begun yet.",
  correction_not_found: "There is no such correction.",
  correction_decided: "The correction is decided already, otherwise or by somebody else.",
  own_correction: "Who proposed a correction cannot approve it: another accountant or admin has to.",
  amount_not_allowed: "Expected an amount within ±10^12 that is not zero, and of a bonus a positive one.",
  own_account: "Nobody approves a correction of the own account.",
  webhook_not_found: "There is no such webhook.",
  webhook_not_active: "The webhook is not active: nothing is delivered to it.",
  too_many_webhooks: "Expected at most 100 webhooks; delete one first.",
  delivery_not_found: "There is no such delivery of this webhook.",
  schedule_not_found: "There is no such schedule.",
  invalid_cron: "The pattern is none of five cron fields.",
  too_many_schedules: "There are as many schedules as there may be.",
  own_words: "Somebody else has to approve what one has written oneself.",
  key_reused: "The Idempotency-Key was used for another request.",
  mailbox_parked: "An earlier message of the same actor could not be handled yet; try again later.",
  unprocessable_message: "The command failed inside the actor and is kept as a dead letter.",
} as const;

export type RejectionCode = keyof typeof REJECTIONS;

export interface Rejected {
  readonly accepted: false;
  readonly code: RejectionCode;
  readonly detail: string;
}

export function rejected(code: RejectionCode, detail: string = REJECTIONS[code]): Rejected {
  return { accepted: false, code, detail };
}
