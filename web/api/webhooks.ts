/** Webhooks as admins read them (NOT-1). */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string;
  readonly state: "active" | "paused" | "disabled";
  readonly previousSecretUntil: string | null;
  readonly failingSince: string | null;
  readonly failure: string | null;
}

/** Only the answer that makes a secret has it. */
export interface WebhookWithSecret extends Webhook {
  readonly secret: string;
}

export interface Delivery {
  readonly id: string;
  readonly number: number;
  readonly type: string;
  readonly state: "pending" | "delivered" | "failed";
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly failure: string | null;
  readonly createdAt: string;
}
