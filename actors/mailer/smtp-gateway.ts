/**
 * The mail server (PAY-3, PAY-5), by SMTP over a pool of connections. A mail goes to one address, with the Message-ID
 * that the request names; nothing else of the request becomes a header, but the subject, which is encoded.
 *
 * Sent: the server took the mail. Refused: it said 5xx to this mail or its recipient, and would say so again.
 * Late: it is news no longer, and was not handed over (NOT-2).
 * Everything else, log-in trouble and lost connections among it, is unknown: the same mail may be handed over again.
 */
import nodemailer, { type SMTPPoolOptions, type SMTPPoolSentMessageInfo, type Transporter } from "nodemailer";
import type { Envelope } from "../../schemas/envelope.ts";
import type { MailAnsweredV2, MailDeliverV2 } from "../../schemas/generated/messages.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { linkPlace, linkToken } from "../../schemas/link-token.ts";
import type { Gateway, GatewayAnswer } from "../runtime/gateway.ts";

export interface SmtpOptions {
  /** `smtp://` (STARTTLS when offered) or `smtps://`, with user, password and port as usual. */
  readonly url: string;
  /** Who sends: an address, or `Name <address>`. */
  readonly from: string;
  /** What links in mails are made of; without it the place of one stays as it is. */
  readonly links?: { readonly site: string; readonly secret: string };
  /** Connections kept open at once. Default 20: what a server that takes 40 ms for a mail needs for 500 a second. */
  readonly connectionsMax?: number;
}

type Paper = NonNullable<MailDeliverV2["statement"]>;

/** Makes the paper that a mail names (PAY-4); what it throws leaves the outcome unknown, and the mail is tried again. */
export type MakePaper = (
  statement: Paper,
) => Promise<{ readonly filename: string; readonly content: Buffer }>;

/** Below the runtime's deadline of a call, so that the reason is the server's and not ours. */
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** Servers hang up on idle clients after minutes; we leave before them, so that no mail meets a closed door. */
const IDLE_MS = 30_000;

export class SmtpGateway implements Gateway {
  readonly #makePaper: MakePaper;
  readonly #transport: Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions>;

  readonly #links: SmtpOptions["links"];

  constructor({ url, from, connectionsMax = 20, links }: SmtpOptions, makePaper: MakePaper = nobodyMakes) {
    this.#links = links;
    this.#makePaper = makePaper;
    const options: SMTPPoolOptions & { pool: true } = {
      url,
      pool: true,
      maxConnections: connectionsMax,
      // A broken connection leaves the outcome unknown: whether to try again is the mailer's decision.
      maxRequeues: 0,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: ANSWER_TIMEOUT_MS,
      idleTimeout: IDLE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    };
    this.#transport = nodemailer.createTransport(options, { from });
  }

  async call(request: Envelope, deadline: AbortSignal): Promise<GatewayAnswer> {
    if (request.type !== "mail.deliver") throw new Error(`expected mail.deliver, got ${request.type}`);
    const { mailId, ...mail } = request.data;
    const { outcome, detail } = await this.#deliver(request, deadline);
    return { type: "mail.answered", data: { mailId, outcome, detail, mail } };
  }

  /** Finishes what is being sent; nothing is taken any more. */
  close(): void {
    this.#transport.close();
  }

  /** The mail's own link in its place, and nobody else's, whatever stands in the words. */
  #linked(words: string, mailId: Uuid): string {
    const place = linkPlace(mailId);
    if (this.#links === undefined || !words.includes(place)) return words;
    const { site, secret } = this.#links;
    return words.replaceAll(place, `${new URL(site).origin}/#link=${linkToken(mailId, secret)}`);
  }

  async #deliver(
    { data, traceparent, time }: Envelope<"mail.deliver">,
    deadline: AbortSignal,
  ): Promise<{ outcome: MailAnsweredV2["outcome"]; detail: string }> {
    if (data.notAfter !== undefined && Date.now() > Date.parse(data.notAfter))
      return { outcome: "late", detail: "It was too old to be news when it could be sent." };
    try {
      const papers = data.statement === undefined ? [] : [await this.#makePaper(data.statement)];
      const { response } = await this.#transport.sendMail({
        // An object, not text: text would be parsed, and a comma in it would be a second recipient.
        to: { name: "", address: data.to },
        subject: data.subject,
        text: this.#linked(data.text, data.mailId),
        html: this.#linked(data.html, data.mailId),
        attachments: papers.map((paper) => ({ ...paper, contentType: "application/pdf" })),
        messageId: data.messageId,
        // Of the decision, so that every attempt says the same; a text would go into the header as it is.
        date: new Date(time),
        headers: { traceparent, "Auto-Submitted": "auto-generated" },
        signal: deadline,
      });
      return { outcome: "sent", detail: response };
    } catch (error) {
      return { outcome: isFinal(error) ? "refused" : "unknown", detail: messageOf(error) };
    }
  }
}

async function nobodyMakes(): Promise<never> {
  throw new Error("nobody here makes statements");
}

/** What SMTP says for good about this mail or its recipient; a refused log-in or sender is about us, and heals. */
function isFinal(error: unknown): boolean {
  const { code, command, permanent } = error as { code?: string; command?: string; permanent?: boolean };
  if (code !== "EENVELOPE" && code !== "EMESSAGE") return false;
  // "API": refused before it left, as no address of a recipient.
  return command === "API" || (permanent === true && command !== "MAIL FROM");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
