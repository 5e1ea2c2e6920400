/**
 * What an old producer would have sent (EVT-2, EVT-3): facts of tasks in version 1, with the Jira id in the title. Some
 * rows of the outbox are kept so: what is sent again is a mixed log, and must come to the same.
 */
import { dataschema, type RawEnvelope } from "../../../schemas/envelope.ts";

const OF_TASK = /"dataschema":"urn:ates:(task\.[a-z]+):2"/;

/** The same fact in version 1 when it is one of a task, and the task is one of those. */
export function asOldProducer(envelope: string): string {
  const type = OF_TASK.exec(envelope)?.[1];
  if (type === undefined) return envelope;
  const said = JSON.parse(envelope) as RawEnvelope & { readonly data: TaskData };
  const { jiraId, ...data } = said.data;
  if (!isOld(data.taskId)) return envelope;
  const title = jiraId === undefined ? data.title : `[${jiraId}] ${data.title}`;
  return JSON.stringify({ ...said, dataschema: dataschema(type, 1), data: { ...data, title } });
}

interface TaskData {
  readonly taskId: string;
  readonly title: string;
  readonly jiraId?: string;
}

/** A third of the tasks, by their ids. */
function isOld(taskId: string): boolean {
  return Number.parseInt(taskId.slice(-2), 16) % 3 === 0;
}
