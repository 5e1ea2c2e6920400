/** The gateways a worker calls the outside with: the payment provider, by HTTP or the sandbox, mail by SMTP, webhooks. */
import type { Logger } from "pino";
import { SmtpThreadGateway } from "../../actors/mailer/smtp-thread-gateway.ts";
import { HttpGateway } from "../../actors/payment/http-gateway.ts";
import { SandboxGateway } from "../../actors/payment/sandbox-gateway.ts";
import type { Gateways } from "../../actors/runtime/agenda.ts";
import type { Gateway } from "../../actors/runtime/gateway.ts";
import { WebhookGateway } from "../../actors/webhook/webhook-gateway.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics.ts";
import { ConfigError } from "../setting.ts";
import type { RoleProcess } from "./process.ts";
import { StatementBooks } from "./statement-books.ts";

export interface RunningGateways {
  readonly gateways: Gateways;
  close(): Promise<void>;
}

/** For `worker`: only `up` brings a mailbox. */
export function requireSmtp({ smtpUrl }: Pick<Config, "smtpUrl">): string {
  if (smtpUrl !== undefined) return smtpUrl;
  throw new ConfigError(
    "SMTP_URL: expected the URL of a mail server (`ates up` brings a mailbox of its own), got nothing.",
  );
}

export function createGateways(
  {
    config,
    company,
    logger,
    databaseUrl,
    metrics,
  }: Pick<RoleProcess, "config" | "company" | "logger" | "databaseUrl" | "metrics">,
  smtpUrl: string,
): RunningGateways {
  const papers = { module: new URL("./statement-books.ts", import.meta.url).href, databaseUrl };
  const links = { site: siteOf(config), secret: company.secret };
  const mail = new SmtpThreadGateway({ url: smtpUrl, from: config.mailFrom, papers, links });
  const statements = new StatementBooks(databaseUrl);
  const payment = paymentGateway(config, company.currency, logger, metrics);
  const close = async () => {
    mail.close();
    await statements.close();
  };
  const { webhookPrivateRanges: privateRanges, webhookLogDays: keptDays } = config;
  const webhook = new WebhookGateway({ secret: company.secret, privateRanges, keptDays });
  return { gateways: { payment, mail, statements, webhook }, close };
}

/** Mails have no request to look at: without a public address it is where the edge listens. */
function siteOf({ publicUrl, httpHost, httpPort }: Config): string {
  return publicUrl ?? `http://${httpHost}:${httpPort}`;
}

export function paymentGateway(
  config: Pick<Config, "paymentUrl" | "paymentKey" | "paymentTimeoutMs">,
  currency: string,
  logger: Logger,
  metrics: Pick<Metrics, "breaker">,
): Gateway {
  const { paymentUrl: url, paymentKey: key, paymentTimeoutMs: timeoutMs } = config;
  if (url === undefined) return new SandboxGateway();
  const onBreaker = (state: "open" | "closed", reason: string) => {
    metrics.breaker(state === "open");
    if (state === "open") logger.warn({ reason }, "the payment provider fails: it is left alone for a while");
    else logger.info("the payment provider answers again");
  };
  metrics.breaker(false);
  return new HttpGateway({ url, key, currency, timeoutMs, onBreaker });
}
