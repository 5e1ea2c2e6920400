import { type Query, queryString } from "./get.ts";
import { request } from "./request.ts";

/**
 * Fetches a file with the token, which may stand in no address, and gives it to the browser to save under the name the
 * server gives it.
 */
export async function download(path: string, query: Query = {}): Promise<void> {
  const response = await request(path + queryString(query), { headers: { accept: "*/*" } });
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name ?? path.split("/").at(-1) ?? "";
  link.click();
  // The browser has begun to read it by the next turn; the address is not needed after that.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
