/** Corrections and bonuses of accounts, by four eyes (ACC-5): proposed, listed, approved, rejected. */
import type { Knex } from "knex";
import type { UserId } from "../../schemas/ids.ts";
import type { CorrectionState } from "../../schemas/resources.ts";
import { findUser } from "../auth/people.ts";
import type { Database } from "../database.ts";
import { listCorrections } from "../queries/corrections.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { answers, ok } from "./reply.ts";
import { CORRECTION, LISTED_CORRECTION } from "./resource-schemas.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { object, oneOf, UUID } from "./value-schemas.ts";

export interface CorrectionDeps extends CommandDeps {
  readonly database: Database;
}

const BASIS = { tag: "corrections", access: ["accountant", "admin"] } as const;
const REASON = {
  type: "string",
  minLength: 1,
  maxLength: 500,
  pattern: "^[^\\u0000]*\\S[^\\u0000]*$",
} as const;
const AMOUNT = {
  $ref: "common.json#/$defs/minor",
  description: "Positive: the person gets it. Never zero; of a bonus never negative.",
};

export function correctionReadRoutes({ database }: { readonly database: Knex }): Route[] {
  return [
    {
      ...BASIS,
      method: "GET",
      path: "/corrections",
      summary: "Corrections and bonuses, newest first",
      query: { state: oneOf(["proposed", "approved", "rejected"]), ...PAGE_QUERY },
      responses: answers("A page of corrections", pageOf(LISTED_CORRECTION)),
      async handle(request) {
        const { state } = request.query as { state?: CorrectionState };
        return ok(await listCorrections(database, { ...queryOf(request), ...(state && { state }) }));
      },
    },
  ];
}

export function correctionCommandRoutes(deps: CorrectionDeps): Route[] {
  return [propose(deps), approve(deps), reject(deps)];
}

function propose(deps: CorrectionDeps): Route {
  const route = { method: "POST", path: "/accounts/{userId}/corrections" } as const;
  return {
    ...BASIS,
    ...route,
    summary:
      "Propose a correction or a bonus; another accountant or admin approves it, and then it is booked",
    params: { userId: UUID },
    idempotencyKey: "optional",
    body: object({ amountMinor: AMOUNT, reason: REASON, kind: oneOf(["correction", "bonus"]) }, ["kind"]),
    responses: commandAnswers({ 201: { description: "It is proposed.", schema: CORRECTION } }),
    async handle(request) {
      const accountId = String(request.params.userId).toLowerCase() as UserId;
      if ((await findUser(deps.database, accountId)) === undefined)
        throw notFound("There is no such account.");
      const { amountMinor, reason, kind = "correction" } = request.body as Proposal;
      const data = { accountId, kind, amountMinor, reason: reason.trim() };
      const subject = (id: string) => `correction/${id}`;
      return sendCommand(deps, route, request, { ...TO, type: "correction.propose", subject, data });
    },
  };
}

interface Proposal {
  readonly amountMinor: number;
  readonly reason: string;
  readonly kind?: "correction" | "bonus";
}

const TO = { topic: "bookkeeper" } as const;

function approve(deps: CorrectionDeps): Route {
  const route = { method: "POST", path: "/corrections/{id}/approve" } as const;
  return {
    ...BASIS,
    ...route,
    summary:
      "Approve it: it is booked on the open date; 403 own_correction, own_account, 409 correction_decided",
    params: { id: UUID },
    idempotencyKey: "optional",
    responses: commandAnswers({ 200: { description: "It is approved.", schema: CORRECTION } }),
    handle: (request) => {
      const correctionId = String(request.params.id).toLowerCase();
      const order = { ...TO, subject: `correction/${correctionId}`, data: { correctionId } };
      return sendCommand(deps, route, request, { ...order, type: "correction.approve" });
    },
  };
}

function reject(deps: CorrectionDeps): Route {
  const route = { method: "POST", path: "/corrections/{id}/reject" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Turn it down, or take one's own back: nothing is booked; 409 correction_decided",
    params: { id: UUID },
    idempotencyKey: "optional",
    body: object({ reason: REASON }),
    responses: commandAnswers({ 200: { description: "It is rejected.", schema: CORRECTION } }),
    handle: (request) => {
      const correctionId = String(request.params.id).toLowerCase();
      const { reason } = request.body as { reason: string };
      const order = {
        ...TO,
        subject: `correction/${correctionId}`,
        data: { correctionId, reason: reason.trim() },
      };
      return sendCommand(deps, route, request, { ...order, type: "correction.reject" });
    },
  };
}
