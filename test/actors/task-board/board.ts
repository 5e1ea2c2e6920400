/** A board with people, for the tests of its rules. */

import type { Fact } from "../../../actors/runtime/actor.ts";
import { taskBoard } from "../../../actors/task-board/actor.ts";
import { type BoardEntity, BoardState } from "../../../actors/task-board/state.ts";
import type { Company } from "../../../schemas/company.ts";
import type { Role } from "../../../schemas/envelope.ts";
import type { DataOf, JobProgressedV2 } from "../../../schemas/generated/messages.ts";
import type { TaskId } from "../../../schemas/ids.ts";
import type { TaskResource } from "../../../schemas/resources.ts";
import type { Sender } from "../../support/client.ts";
import { type Outcome, Scene } from "../../support/given.ts";
import { COMPANY, command, person, registered } from "../../support/said.ts";

export type BoardScene = Scene<BoardEntity, BoardState>;
export type BoardOutcome = Outcome<BoardEntity>;

export interface BoardOptions {
  readonly company?: Company;
  readonly nowMs?: number;
  readonly pieceTasks?: number;
}

export function boardOf(people: readonly Sender[], options: BoardOptions = {}): BoardScene {
  const { pieceTasks, ...rest } = options;
  const newState = (_partition: number, company: Company) => new BoardState(company, pieceTasks);
  const scene = new Scene({ ...taskBoard, newState }, { company: COMPANY, ...rest });
  scene.tell(...people.map((each) => registered(each)));
  return scene;
}

export function create(
  scene: BoardScene,
  by: Sender,
  data: DataOf["task.create"] = { title: "Feed the parrots" },
): TaskResource {
  const answer = scene.tell(command("task.create", data, by)).answers[0];
  if (answer?.accepted !== true) throw new Error(`the creation was refused: ${answer?.code}`);
  return answer.body;
}

export type TaskCommand = "task.start" | "task.complete" | "task.cancel";

export function act(scene: BoardScene, type: TaskCommand, id: TaskId, by: Sender): BoardOutcome {
  return scene.tell(command(type, { taskId: id }, by));
}

/** The one of the people who has the task. */
export function assigneeOf(task: TaskResource, people: readonly Sender[]): Sender {
  const found = people.find(({ id }) => id === task.assignee.id);
  if (found === undefined) throw new Error("the task is assigned to nobody of these");
  return found;
}

export const press = (scene: BoardScene, by: Sender = person("manager")): BoardOutcome =>
  scene.tell(command("tasks.shuffle", {}, by));

/** What a scene's next answer says in short: accepted, or the code of the refusal. */
export const outcomeOf = ({ answers: [answer] }: BoardOutcome): string =>
  answer?.accepted === true ? "accepted" : (answer?.code ?? "no answer");

export type ShuffleProgress = Extract<JobProgressedV2, { kind: "shuffle" }>;

export const shuffleProgress = (fact: Fact): ShuffleProgress[] =>
  fact.type === "job.progressed" && fact.data.kind === "shuffle" ? [fact.data] : [];

export const people = (count: number, role: Role = "employee"): Sender[] =>
  Array.from({ length: count }, () => person(role));

export const typesOf = ({ facts }: BoardOutcome): string[] => facts.map(({ type }) => type);
