import type { MailKind, MailState } from "../../schemas/mail-kinds.ts";

/** What was written to somebody, and how it stands. */
export interface Mail {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly kind: MailKind;
  readonly recipient: string | null;
  readonly subject: string;
  readonly state: MailState;
  readonly attempts: number;
  readonly failure: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly canResend: boolean;
}
