/** POST /mails/{id}/resend: any mail that may be wanted twice, in the words in which it was made (PAY-5). */
import type { Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import { findMail } from "../queries/mails.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { Route } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { isRepeat } from "./repeat.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { object, UUID } from "./value-schemas.ts";

export interface MailCommandDeps extends CommandDeps {
  readonly database: Database;
}

export function mailCommandRoutes(deps: MailCommandDeps): Route[] {
  const route = { method: "POST", path: "/mails/{id}/resend" } as const;
  return [
    {
      ...route,
      tag: "mails",
      summary: "Send a mail once more; 409 mail_on_its_way, 409 mail_not_kept",
      access: ["accountant", "admin"],
      scope: "money",
      params: { id: UUID },
      idempotencyKey: "optional",
      responses: commandAnswers({
        202: {
          description: "It is asked for; the list shows how it stands.",
          schema: object({ mailId: UUID }),
        },
        409: { description: "It is on its way, or its words were not kept." },
      }),
      async handle(request) {
        const mailId = request.params.id as Uuid;
        const mail = await findMail(deps.database, mailId);
        if (mail === undefined) throw notFound("There is no such mail.");
        const isAskedBefore =
          request.idempotencyKey !== undefined && (await isRepeat(deps.database, request));
        if (!mail.canResend && !isAskedBefore) throw refusalOf(mail.state);
        const data = { mailId, userId: mail.userId };
        const subject = `user/${mail.userId}`;
        return sendCommand(deps, route, request, { topic: "directory", type: "mail.resend", subject, data });
      },
    },
  ];
}

function refusalOf(state: string): Refusal {
  return state === "pending"
    ? new Refusal(409, "mail_on_its_way", "The mail is on its way already.")
    : new Refusal(
        409,
        "mail_not_kept",
        "The words of the mail were not kept: it was news, or it is too old.",
      );
}
