/** The one password of all demo people, kept beside the data, so that every start and `ates seed` name the same. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The wished one, else the one that is kept, else a new one; kept from now on. */
export async function demoPassword(dataDir: string, wished: string | undefined): Promise<string> {
  const kept = await keptDemoPassword(dataDir);
  const password = wished ?? kept ?? randomBytes(9).toString("base64url");
  if (password !== kept)
    await writeFile(fileIn(dataDir), `${JSON.stringify({ password })}\n`, { mode: 0o600 });
  return password;
}

export async function keptDemoPassword(dataDir: string): Promise<string | undefined> {
  const text = await readFile(fileIn(dataDir), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as { password: string }).password;
}

function fileIn(dataDir: string): string {
  return join(dataDir, "demo.json");
}
