/**
 * The actor kinds as the runs have them: the production's, with long work in pieces of a few, so that other things come
 * between two of them, and with handlers that stumble.
 */
import { AccountState } from "../../actors/account/state.ts";
import { MailerState } from "../../actors/mailer/state.ts";
import { SchedulerState } from "../../actors/scheduler/state.ts";
import { BoardState } from "../../actors/task-board/state.ts";
import { ACTORS } from "../../ops/roles/worker.ts";
import type { Company } from "../../schemas/company.ts";
import type { Kind } from "../../streams/topology.ts";
import type { Life } from "./life.ts";
import type { AnyActor, Stumbling } from "./stumbling.ts";

const PIECE_TASKS = 3;
const PIECE_ACCOUNTS = 2;
const PIECE_PEOPLE = 2;
const DIGEST_QUIET_MS = 500;

const IN_SMALL_PIECES: Readonly<Partial<Record<Kind, AnyActor["newState"]>>> = {
  "task-board": (_partition, company: Company) => new BoardState(company, PIECE_TASKS),
  mailer: () => new MailerState(DIGEST_QUIET_MS),
  scheduler: () => new SchedulerState(PIECE_PEOPLE),
  account: (_partition, company: Company) => new AccountState(company, PIECE_ACCOUNTS),
};

export function actorOf(kind: Kind, stumbling: Stumbling, life: Life): AnyActor {
  const { actor } = ACTORS[kind];
  const newState = IN_SMALL_PIECES[kind] ?? actor.newState;
  return stumbling.of({ ...actor, newState }, life);
}
