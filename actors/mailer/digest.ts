/**
 * "Assigned to you" (NOT-2): what a person is assigned within a short time goes into one mail, so that a shuffle is one
 * mail and not a hundred. Nobody is told of what is older than five minutes: after an outage it would only be noise, and
 * a mail that the server does not take in time is not sent any more (`notAfter`).
 */
import type { DigestSendV1, TaskAssignedV2 } from "../../schemas/generated/messages.ts";
import { type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import { handOver } from "./delivery.ts";
import { newMail } from "./new-mail.ts";
import { renderDigest } from "./render-digest.ts";
import { type AssignedTask, type Digest, digestKey, type Mail, type MailerState } from "./state.ts";

/** Older news is none. */
export const NEWS_MAX_MS = 300_000;
/** Sent when its first is so old, even if more comes: a shuffle may take long. */
export const GATHERED_MAX_MS = 120_000;
/** Listed with their titles; of more the number is told. */
export const LISTED_MAX = 50;

export function gather(state: MailerState, assigned: TaskAssignedV2, context: Context): Decision {
  const { assigneeId: userId, occurredAt, businessDate: date } = assigned;
  const person = state.person(userId);
  const isUnwanted = person !== undefined && !(person.active && person.notifications.assigned);
  if (isUnwanted || isOld(occurredAt, context)) return NOTHING;
  const { taskId, number, title, jiraId, feeMinor, rewardMinor } = assigned;
  const task: AssignedTask = { taskId, number, title, jiraId, feeMinor, rewardMinor, assignedAt: occurredAt };
  const known = state.digest(userId);
  if (known === undefined || known.count === 0) {
    const begun = { firstAt: context.now, lastAt: context.now, date };
    const fresh: Digest = { key: digestKey(userId), userId, count: 1, tasks: [task], ...begun };
    return { accepted: true, facts: [], replicas: [fresh], later: [sendAt(fresh, state, context)] };
  }
  const tasks = [...known.tasks, task].slice(-LISTED_MAX);
  const more: Digest = { ...known, count: known.count + 1, tasks, lastAt: context.now, date };
  return { accepted: true, facts: [], replicas: [more] };
}

/** Who is unknown by now, or does not want it any more, is told nothing. */
export function sendDigest(state: MailerState, { userId }: DigestSendV1, context: Context): Decision {
  const digest = state.digest(userId);
  if (digest === undefined || digest.count === 0) return NOTHING;
  if (isStillGathering(digest, state, context)) {
    return { accepted: true, facts: [], later: [sendAt(digest, state, context)] };
  }
  const told: Digest = { ...digest, count: 0, tasks: [] };
  const person = state.person(userId);
  const news = digest.tasks.filter(({ assignedAt }) => !isOld(assignedAt, context));
  const [oldest] = news;
  if (oldest === undefined || person === undefined || !person.active || !person.notifications.assigned) {
    return { accepted: true, facts: [], replicas: [told] };
  }
  const isAllNews = news.length === digest.tasks.length;
  const count = isAllNews ? digest.count : news.length;
  const words = renderDigest(news, count, person, context.company);
  const notAfter = new Date(Date.parse(oldest.assignedAt) + NEWS_MAX_MS).toISOString();
  const mail: Mail = { ...mailOf(digest, context), recipient: person.email, subject: words.subject };
  const { replicas = [], ...sent } = handOver(mail, { ...words, notAfter }, context);
  return { ...sent, replicas: [...replicas, told] };
}

function isOld(at: string, { nowMs }: Context): boolean {
  return nowMs - Date.parse(at) > NEWS_MAX_MS;
}

function isStillGathering(digest: Digest, state: MailerState, { nowMs }: Context): boolean {
  return nowMs < dueAtMsOf(digest, state);
}

function dueAtMsOf({ lastAt, firstAt }: Digest, { quietMs }: MailerState): number {
  return Math.min(Date.parse(lastAt) + quietMs, Date.parse(firstAt) + GATHERED_MAX_MS);
}

function sendAt(digest: Digest, state: MailerState, context: Context): Later {
  const { key, userId } = digest;
  const dueAtMs = Math.max(dueAtMsOf(digest, state), context.nowMs);
  return { word: `digest ${userId}`, dueAtMs, type: "digest.send", subject: key, data: { userId } };
}

const mailOf = ({ userId, date: businessDate }: Digest, context: Context): Mail =>
  newMail({ id: context.id("digest"), userId, template: "assigned", businessDate }, context);
