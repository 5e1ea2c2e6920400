/** Tasks from a CSV file: what would be made of it, and making them. The file is sent as it is; the server reads it. */
import { request } from "./request.ts";
import type { ImportPreview } from "./resources.ts";
import { sendCommand } from "./send-command.ts";

export const IMPORT_FIELDS = ["title", "jiraId", "description"] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];

export const SEPARATORS = ["comma", "semicolon", "tab"] as const;

/** `#3` is the file's third column, nothing that none is taken; what is left out the server finds by the header. */
export type AskedMapping = Readonly<Partial<Record<ImportField | "separator", string>>>;

export async function previewImport(
  file: Blob,
  asked: AskedMapping,
  signal: AbortSignal,
): Promise<ImportPreview> {
  const response = await request(address(asked, { dryRun: "true" }), { method: "POST", body: file, signal });
  return (await response.json()) as ImportPreview;
}

export async function startImport(file: Blob, asked: AskedMapping): Promise<string> {
  const { jobId } = await sendCommand<{ jobId: string }>("POST", address(asked, {}), file);
  return jobId;
}

/** Not by queryString: here an empty value says something. */
function address(asked: AskedMapping, more: Record<string, string>): string {
  const query = new URLSearchParams({ ...asked, ...more }).toString();
  return query === "" ? "/tasks/import" : `/tasks/import?${query}`;
}
