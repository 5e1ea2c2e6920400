/** Where a file of ours stands in the tree, for the rules of who may import whom. */

export interface Ours {
  readonly path: string;
  /** The folder at the root; undefined for main.ts and for what is not ours. */
  readonly top: string | undefined;
  /** `account` for actors/account/…, `runtime` for the runtime. */
  readonly actor: string | undefined;
}

const FOLDERS = new Set(["schemas", "documents", "streams", "actors", "http", "ops", "web", "test", "bench"]);

export function ours(path: string): Ours {
  const [top = "", second] = path.split("/");
  const isOurs = FOLDERS.has(top) && second !== undefined;
  return { path, top: isOurs ? top : undefined, actor: isOurs && top === "actors" ? second : undefined };
}

/** In an actor's folder, what is no rule: it waits for Postgres, for a server, for a file. */
export const RULE_FILES_THAT_TOUCH_THE_OUTSIDE: readonly string[] = [
  "store.ts",
  "gateway.ts",
  "mailer/templates.ts", // reads the templates once, at its import
  "mailer/smtp-thread.ts", // the thread of a gateway
];
