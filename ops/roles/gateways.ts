/** The gateways a worker calls the outside with: the sandbox payment provider, and mail by SMTP. */

import { SmtpThreadGateway } from "../../actors/mailer/smtp-thread-gateway.ts";
import { SandboxGateway } from "../../actors/payment/sandbox-gateway.ts";
import type { Gateways } from "../../actors/runtime/agenda.ts";
import type { Config } from "../config.ts";
import { ConfigError } from "../setting.ts";

export interface RunningGateways {
  readonly gateways: Gateways;
  close(): Promise<void>;
}

export function createGateways(config: Config, smtpUrl: string | undefined): RunningGateways {
  if (smtpUrl === undefined)
    throw new ConfigError(
      "SMTP_URL: expected the URL of a mail server (`ates up` brings a mailbox of its own), got nothing.",
    );
  const mail = new SmtpThreadGateway({ url: smtpUrl, from: config.mailFrom });
  return { gateways: { payment: new SandboxGateway(), mail }, close: async () => mail.close() };
}
