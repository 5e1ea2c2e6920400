/** The answers that every command may have, beside the one of its own, for the OpenAPI document. */
import type { JsonSchema, Route } from "../route.ts";
import { oneOf, UUID } from "./value-schemas.ts";

export const COMMAND: JsonSchema = {
  type: "object",
  required: ["id", "state", "status", "body"],
  properties: {
    id: UUID,
    state: oneOf(["pending", "done"]),
    status: {
      type: ["integer", "null"],
      description: "The status that the command's answer has or would have had; null while pending.",
    },
    body: { description: "The answer's body: the resource, or the problem." },
  },
};

export const JOB_STARTED: JsonSchema = {
  type: "object",
  required: ["jobId"],
  properties: { jobId: UUID },
};

/** `own` and the promise that every command may be answered with instead. */
export function commandAnswers(own: Route["responses"]): Route["responses"] {
  const promise = {
    description: "Not committed in time: Location names the command, which will be decided.",
    schema: COMMAND,
  };
  const also = own[202];
  return {
    ...own,
    500: { description: "It cannot be handled, and is kept as a dead letter." },
    202:
      also?.schema === undefined
        ? promise
        : {
            description: `${also.description} Or: ${promise.description}`,
            schema: { anyOf: [also.schema, COMMAND] },
          },
  };
}
