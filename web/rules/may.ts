import type { ScheduleResource } from "../../schemas/resources.ts";
import type { Me, Role, Task } from "../api/resources.ts";

/** What the page offers to whom. The server decides; this only keeps buttons away that would be refused. */
export const may = {
  shuffle: (me: Me): boolean => isOneOf(me.role, ["manager", "admin"]),
  seeCompany: (me: Me): boolean => isOneOf(me.role, ["accountant", "admin"]),
  administer: (me: Me): boolean => me.role === "admin",
  /** Bonuses are let go, and run, by another admin than who wrote them. */
  release: (me: Me, { work, writtenBy }: Pick<ScheduleResource, "work" | "writtenBy">): boolean =>
    work.kind !== "bonus" || writtenBy !== me.id,
  start: (me: Me, task: Task): boolean => task.status === "open" && task.assignee.id === me.id,
  complete: (me: Me, task: Task): boolean =>
    ["open", "in-progress"].includes(task.status) && task.assignee.id === me.id,
  edit: (me: Me, task: Task): boolean => task.status !== "cancelled" && isKeeper(me, task),
  cancel: (me: Me, task: Task): boolean => task.status === "open" && isKeeper(me, task),
};

function isOneOf(role: Role, roles: readonly Role[]): boolean {
  return roles.includes(role);
}

function isKeeper(me: Me, task: Task): boolean {
  const creator = typeof task.createdBy === "string" ? task.createdBy : task.createdBy?.id;
  return creator === me.id || isOneOf(me.role, ["manager", "admin"]);
}
