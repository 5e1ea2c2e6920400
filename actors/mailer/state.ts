/**
 * A mailer partition's working set: its replica of people (AUTH-4) and the mails it has sent, or is about to. The
 * words of a mail travel with the call of the mail server and its answer; they are read only when it is sent again.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { MailDeliverV2, TaskAssignedV2 } from "../../schemas/generated/messages.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { MailKind, MailState } from "../../schemas/mail-kinds.ts";
import type { Notifications } from "../../schemas/resources.ts";
import { Entities } from "../runtime/entities.ts";

export type Locale = "en" | "ru";

export interface MailPerson {
  readonly key: `person/${string}`;
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly locale: Locale;
  readonly active: boolean;
  readonly notifications: Notifications;
}

export interface Mail {
  readonly key: `mail/${string}`;
  readonly id: Uuid;
  readonly userId: UserId;
  readonly template: MailKind;
  /** Undefined: the person has not arrived yet, and the mail waits. */
  readonly recipient: string | undefined;
  readonly subject: string;
  readonly state: MailState;
  /** How often it was handed to the mail server, the call under way included. */
  readonly attempts: number;
  /** Why it failed, or why it is not sent yet. */
  readonly failure: string | undefined;
  readonly businessDate: BusinessDate;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Words {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The paper that goes with it, by what it is made of: whoever hands the mail over makes it (PAY-4). */
  readonly statement?: NonNullable<MailDeliverV2["statement"]>;
}

/** Words on their way; after `notAfter` they are news to nobody (NOT-2). */
export interface Letter extends Words {
  readonly notAfter?: string;
}

export type AssignedTask = Pick<
  TaskAssignedV2,
  "taskId" | "number" | "title" | "feeMinor" | "rewardMinor"
> & {
  readonly jiraId: TaskAssignedV2["jiraId"];
  readonly assignedAt: string;
};

/** What a person was assigned and has not been told of yet (NOT-2); `count` 0: nothing. */
export interface Digest {
  readonly key: `digest/${string}`;
  readonly userId: UserId;
  readonly count: number;
  /** The last of them. */
  readonly tasks: readonly AssignedTask[];
  readonly firstAt: string;
  readonly lastAt: string;
  /** The business date of the last of them. */
  readonly date: BusinessDate;
}

/** What was written, for whoever asks for it once more (PAY-5). */
export interface KeptWords {
  readonly key: `words/${string}`;
  readonly mailId: Uuid;
  readonly words: Words;
}

export type MailerEntity = MailPerson | Mail | KeptWords | Digest;

export const personKey = (id: string): `person/${string}` => `person/${id}`;
export const digestKey = (userId: string): `digest/${string}` => `digest/${userId}`;
export const wordsKey = (mailId: string): `words/${string}` => `words/${mailId}`;
export const mailKey = (id: string): `mail/${string}` => `mail/${id}`;

/** A digest is sent when nothing has been added to it for so long. */
const QUIET_MS = 15_000;

export class MailerState extends Entities<MailerEntity> {
  readonly quietMs: number;

  constructor(quietMs = QUIET_MS) {
    super();
    this.quietMs = quietMs;
  }

  person(id: string): MailPerson | undefined {
    return this.get(personKey(id)) as MailPerson | undefined;
  }

  digest(userId: string): Digest | undefined {
    return this.get(digestKey(userId)) as Digest | undefined;
  }

  words(mailId: string): KeptWords | undefined {
    return this.get(wordsKey(mailId)) as KeptWords | undefined;
  }

  mail(id: string): Mail | undefined {
    return this.get(mailKey(id)) as Mail | undefined;
  }
}
