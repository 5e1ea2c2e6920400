/** A mail server that takes everything: people are mailed what they are assigned, also where a test is about other things. */
import type { Gateways } from "../../actors/runtime/agenda.ts";
import type { Envelope } from "../../schemas/envelope.ts";

export const TAKEN_MAILS: Gateways = {
  mail: {
    call: async ({ data }) => {
      const { mailId, ...mail } = data as Envelope<"mail.deliver">["data"];
      return { type: "mail.answered", data: { mailId, outcome: "sent", mail } };
    },
  },
};
